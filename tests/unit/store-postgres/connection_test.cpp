// Who may connect, and how: passwords, TLS, and configurations that cannot work.
#include <cstdlib>

#include "plugin_host/scratch_folder.hpp"
#include "postgres_plugin.hpp"

namespace wyvern::test {

namespace {

// The error of a prepare that must fail.
Error refusal(const Json& config) {
  const auto prepared = postgres_instance(config)->prepare();
  return prepared.ok() ? Error{} : prepared.error();
}

TEST(PostgresConnection, A_password_opens_and_a_wrong_one_is_denied_at_once_and_told_to_nobody) {
  const PostgresServer server({"--hba", "host all all 127.0.0.1/32 scram-sha-256"});
  auto config = server.store("locked");
  auto by_socket = config;
  by_socket["host"] = server.folder().string();
  {
    const auto inside = postgres_instance(by_socket);
    inside->run();
    auto session = SessionClient::open(StoreClient(*inside), WYV_SESSION_WRITE).or_throw();
    EXPECT_OK(session.execute("ALTER USER wyvern PASSWORD 'a secret'"));
  }
  config["password"] = "a secret";
  EXPECT_TRUE(postgres_instance(config)->prepare().ok());
  config["password"] = "hunter2";
  const auto denied = refusal(config);
  EXPECT_EQ(denied.status, WYV_DENIED);
  EXPECT_EQ(denied.code, "store.denied");
  EXPECT_EQ((denied.message + denied.cause).find("hunter2"), std::string::npos);
  EXPECT_NE(denied.cause.find("password authentication failed"), std::string::npos) << denied.cause;
}

TEST(PostgresConnection, Tls_is_used_and_a_server_of_another_authority_is_not_believed) {
  const PostgresServer server({"--tls", "--hba", "hostnossl all all 127.0.0.1/32 reject"});
  auto config = server.store("safe");
  config["sslmode"] = "verify-full";
  config["sslrootcert"] = (server.folder() / "server.crt").string();
  config["connect_timeout_ms"] = 300;
  const auto instance = postgres_instance(config);
  instance->run();
  auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_READ).or_throw();
  EXPECT_EQ(session.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").or_throw().rows[0][0],
            Value::boolean(true));

  const ScratchFolder folder;
  const std::string other = folder / "other.crt";
  ASSERT_EQ(std::system(("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout '" +
                         (folder / "other.key") + "' -out '" + other + "' 2>/dev/null")
                            .c_str()),
            0);
  config["sslrootcert"] = other;
  const auto stranger = refusal(config);
  EXPECT_EQ(stranger.code, "store.unreachable");
  EXPECT_NE(stranger.cause.find("certificate verify failed"), std::string::npos) << stranger.cause;
  config["sslmode"] = "disable";
  EXPECT_EQ(refusal(config).code, "store.denied");
}

TEST(PostgresConnection, A_database_that_does_not_exist_or_is_not_utf8_is_refused_with_its_name) {
  const PostgresServer server;
  auto config = server.store("public");
  {
    const auto instance = postgres_instance(config);
    instance->run();
    auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_WRITE).or_throw();
    EXPECT_OK(session.script("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"));
  }
  config["database"] = "nowhere";
  const auto missing = refusal(config);
  EXPECT_EQ(missing.code, "store.refused");
  EXPECT_NE(missing.message.find("nowhere"), std::string::npos);
  config["database"] = "latin";
  EXPECT_EQ(refusal(config).code, "store.encoding");
}

TEST(PostgresConnection, A_server_that_may_lose_commits_is_named_in_the_log) {
  const PostgresServer careless({"--set", "fsync=off"});
  const auto instance = postgres_instance(careless.store("public"));
  instance->run();
  ASSERT_EQ(instance->log().size(), 1U);
  EXPECT_NE(instance->log()[0].message.find("fsync"), std::string::npos);
}

TEST(PostgresConnection, Tables_are_in_the_schema_of_the_configuration) {
  const PostgresServer server;
  for (const char* schema : {"one", "two"}) {
    const auto instance = postgres_instance(server.store(schema));
    instance->run();
    auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_WRITE).or_throw();
    EXPECT_OK(session.execute("CREATE TABLE things (id BIGINT)"));
    EXPECT_EQ(session.execute("SELECT current_schema()::text").or_throw().rows[0][0], Value::of(schema));
  }
}

TEST(PostgresConnection, A_script_may_not_end_the_transaction_and_its_settings_reach_nobody_else) {
  const PostgresServer server;
  const auto instance = postgres_instance(server.store("public"), {{"write_sessions", 1}});
  instance->run();
  const StoreClient store(*instance);
  {
    auto session = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
    EXPECT_OK(session.begin());
    EXPECT_EQ(session.script("COMMIT").error().code, "store.not_allowed");
    EXPECT_OK(session.rollback());
    EXPECT_OK(session.script("SET search_path = pg_catalog"));
  }
  auto next = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
  EXPECT_EQ(next.execute("SELECT current_schema()::text").or_throw().rows[0][0], Value::of("public"));
  for (const char* sql : {"BEGIN", " /* a /* nested */ remark */ commit", "-- a remark\nEND", "COPY t FROM STDIN"})
    EXPECT_EQ(next.execute(sql).error().code, "store.not_allowed") << sql;
}

}  // namespace
}  // namespace wyvern::test
