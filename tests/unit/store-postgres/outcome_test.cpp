// What is told of a commit whose answer did not come, and of connections that end elsewhere.
#include "postgres_plugin.hpp"
#include "severing_proxy.hpp"
#include "waiting.hpp"

namespace wyvern::test {

namespace {

using namespace std::chrono_literals;

class PostgresOutcome : public testing::Test {
 protected:
  PostgresOutcome() : proxy(server.port()) { use(server.port()); }
  // The store's way to the server.
  void use(int port) {
    instance = postgres_instance(server.store("outcome"), {{"port", port}});
    instance->run();
    store.emplace(*instance);
    EXPECT_OK(writer().execute("DROP TABLE IF EXISTS things"));
    EXPECT_OK(writer().execute("CREATE TABLE things (id BIGINT)"));
  }
  SessionClient writer() const { return SessionClient::open(*store, WYV_SESSION_WRITE).or_throw(); }
  std::int64_t things() const { return writer().execute("SELECT count(*) FROM things").or_throw().rows[0][0].integer; }
  // Ends the server's side of a session, and waits until it is gone.
  void end(SessionClient& session) const {
    const auto pid = session.execute("SELECT pg_backend_pid()").or_throw().rows[0][0];
    auto other = writer();
    EXPECT_OK(other.execute("SELECT pg_terminate_backend($1)", {pid}));
    EXPECT_TRUE(await([&] {
      return other.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", {pid})
                 .or_throw()
                 .rows[0][0]
                 .integer == 0;
    }));
  }

  const PostgresServer server;
  SeveringProxy proxy;
  std::unique_ptr<PluginInstance> instance;
  std::optional<StoreClient> store;
};

TEST_F(PostgresOutcome, A_commit_whose_answer_was_lost_is_unknown_and_was_made_once) {
  use(proxy.port());
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  proxy.cut_next(SeveringProxy::Cut::after_it_was_done);
  const auto lost = session.commit();
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().status, WYV_INTERNAL);
  EXPECT_EQ(lost.error().code, "store.outcome_unknown");
  EXPECT_FALSE(lost.error().retryable);
  EXPECT_EQ(things(), 1);
  EXPECT_EQ(session.execute("SELECT count(*) FROM things").or_throw().rows[0][0].integer, 1) << "in the same session";
}

TEST_F(PostgresOutcome, A_commit_that_never_arrived_is_unknown_too_and_is_not_sent_again) {
  use(proxy.port());
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  proxy.cut_next(SeveringProxy::Cut::before_the_server_has_it);
  EXPECT_EQ(session.commit().error().code, "store.outcome_unknown");
  EXPECT_EQ(things(), 0);
}

TEST_F(PostgresOutcome, A_connection_that_ends_within_a_transaction_undoes_it_and_the_session_goes_on) {
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  end(session);
  const auto next = session.execute("INSERT INTO things VALUES (2)");
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().status, WYV_UNAVAILABLE);
  EXPECT_EQ(next.error().code, "store.connection_lost");
  EXPECT_TRUE(next.error().retryable);
  EXPECT_EQ(session.execute("INSERT INTO things VALUES (3)").error().code, "store.aborted");
  EXPECT_OK(session.rollback());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (4)"));
  EXPECT_EQ(things(), 1);
}

TEST_F(PostgresOutcome, A_commit_on_a_connection_that_had_ended_is_known_to_have_changed_nothing) {
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  end(session);
  EXPECT_EQ(session.commit().error().code, "store.connection_lost");
  EXPECT_EQ(session.commit().error().status, WYV_WRONG_STATE);
  EXPECT_EQ(things(), 0);
}

TEST_F(PostgresOutcome, A_connection_that_ended_between_two_statements_is_replaced) {
  auto session = writer();
  end(session);
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  end(session);
  EXPECT_OK(session.begin());
  EXPECT_OK(session.rollback());
  EXPECT_EQ(things(), 1);
}

TEST_F(PostgresOutcome, A_statement_of_its_own_that_is_ended_in_the_middle_is_unknown_for_writers_only) {
  for (const auto mode : {WYV_SESSION_WRITE, WYV_SESSION_READ}) {
    auto session = SessionClient::open(*store, mode).or_throw();
    const auto pid = session.execute("SELECT pg_backend_pid()").or_throw().rows[0][0];
    std::thread ends([&] {
      auto other = writer();
      EXPECT_TRUE(await([&] {
        return other.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'", {pid})
                   .or_throw()
                   .rows[0][0]
                   .integer == 1;
      }));
      EXPECT_OK(other.execute("SELECT pg_terminate_backend($1)", {pid}));
    });
    const auto ended = session.execute("SELECT pg_sleep(20)");
    ends.join();
    ASSERT_FALSE(ended.ok());
    EXPECT_EQ(ended.error().code, mode == WYV_SESSION_WRITE ? "store.outcome_unknown" : "store.connection_lost");
  }
}

}  // namespace
}  // namespace wyvern::test
