// Bounds in number and in time.
#include "postgres_plugin.hpp"

namespace wyvern::test {

namespace {

using namespace std::chrono_literals;

const PostgresServer& server() {
  static const PostgresServer one({"--set", "fsync=off"});
  return one;
}

TEST(PostgresLimits, A_write_session_beyond_the_pool_waits_until_its_deadline_and_comes_once_one_is_given_back) {
  const auto instance = postgres_instance(server().store(new_schema()), {{"write_sessions", 2}});
  instance->run();
  const StoreClient store(*instance);
  auto first = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
  const auto second = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
  const auto third = SessionClient::open(store, WYV_SESSION_WRITE, 50ms);
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().status, WYV_TIMEOUT);
  EXPECT_EQ(third.error().code, "store.wait");
  EXPECT_NE(third.error().message.find("write_sessions"), std::string::npos) << third.error().message;
  first.close();
  EXPECT_OK(SessionClient::open(store, WYV_SESSION_WRITE, 1s));
}

TEST(PostgresLimits, The_server_ends_a_statement_after_statement_timeout_ms) {
  const auto instance = postgres_instance(server().store(new_schema()), {{"statement_timeout_ms", 100}});
  instance->run();
  auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_READ).or_throw();
  const auto ended = session.execute("SELECT pg_sleep(20)");
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().status, WYV_TIMEOUT);
  EXPECT_EQ(ended.error().code, "store.statement_timeout");
  EXPECT_OK(session.execute("SELECT 1"));
}

TEST(PostgresLimits, A_lock_that_another_holds_is_busy_after_lock_timeout_ms) {
  const auto instance = postgres_instance(server().store(new_schema()), {{"lock_timeout_ms", 50}});
  instance->run();
  const StoreClient store(*instance);
  auto first = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
  EXPECT_OK(first.execute("CREATE TABLE things (id BIGINT)"));
  EXPECT_OK(first.execute("INSERT INTO things VALUES (1)"));
  EXPECT_OK(first.begin());
  EXPECT_OK(first.execute("UPDATE things SET id = 2"));
  auto second = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
  const auto held = second.execute("UPDATE things SET id = 3");
  ASSERT_FALSE(held.ok());
  EXPECT_EQ(held.error().status, WYV_UNAVAILABLE);
  EXPECT_EQ(held.error().code, "store.busy");
}

TEST(PostgresLimits, A_deadlock_is_busy_for_one_and_the_other_goes_on) {
  const auto instance = postgres_instance(server().store(new_schema()));
  instance->run();
  const StoreClient store(*instance);
  auto first = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
  auto second = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
  EXPECT_OK(first.script("CREATE TABLE things (id BIGINT, n BIGINT); INSERT INTO things VALUES (1, 0), (2, 0)"));
  EXPECT_OK(first.begin());
  EXPECT_OK(second.begin());
  EXPECT_OK(first.execute("UPDATE things SET n = 1 WHERE id = 1"));
  EXPECT_OK(second.execute("UPDATE things SET n = 2 WHERE id = 2"));
  std::optional<Result<Answer>> other;
  std::thread thread([&] { other = second.execute("UPDATE things SET n = 2 WHERE id = 1"); });
  const auto mine = first.execute("UPDATE things SET n = 1 WHERE id = 2");
  if (!mine.ok()) EXPECT_OK(first.rollback());  // which lets the other go on
  thread.join();
  EXPECT_NE(mine.ok(), other->ok());
  EXPECT_EQ((mine.ok() ? *other : mine).error().code, "store.busy");
}

TEST(PostgresLimits, More_statements_than_are_kept_prepared_still_run) {
  const auto instance = postgres_instance(server().store(new_schema()));
  instance->run();
  auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_WRITE).or_throw();
  for (int round = 0; round < 2; ++round) {
    for (std::int64_t i = 0; i < 200; ++i) {
      const auto sql = "SELECT CAST($1 AS BIGINT) + " + std::to_string(i);
      EXPECT_EQ(session.execute(sql, {Value::int64(1)}).or_throw().rows[0][0].integer, i + 1);
    }
  }
  EXPECT_LE(session.execute("SELECT count(*) FROM pg_prepared_statements").or_throw().rows[0][0].integer, 130);
}

TEST(PostgresLimits, Sums_are_integers_and_values_of_other_types_are_text) {
  const auto instance = postgres_instance(server().store(new_schema()));
  instance->run();
  auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_READ).or_throw();
  const auto row = session
                       .execute(
                           "SELECT sum(n::bigint), 1.5::numeric, 7::smallint, DATE '2026-01-31', "
                           "TIMESTAMPTZ '0044-03-15 12:00:00+00 BC', 'infinity'::timestamptz "
                           "FROM generate_series(1, 4) AS n")
                       .or_throw()
                       .rows[0];
  EXPECT_EQ(row[0], Value::int64(10));
  EXPECT_EQ(row[1], Value::number(1.5));
  EXPECT_EQ(row[2], Value::int64(7));
  EXPECT_EQ(row[3], Value::of("2026-01-31"));
  EXPECT_EQ(row[4], Value::timestamp(-63'517'780'800'000'000));
  EXPECT_EQ(row[5], Value::timestamp(INT64_MAX));
  for (const auto never : {INT64_MAX, INT64_MIN}) {
    const auto at = Value::timestamp(never);
    EXPECT_EQ(session.execute("SELECT $1::timestamptz", {at}).or_throw().rows[0][0], at);
  }
}

}  // namespace
}  // namespace wyvern::test
