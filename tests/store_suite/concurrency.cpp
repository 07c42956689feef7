#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "store_suite/store_suite.hpp"

namespace wyvern::test {

using namespace std::chrono_literals;

// Proven by the kit as well, but not under ThreadSanitizer.
TEST_P(StoreSuite, Concurrent_writers_lose_no_update) {
  constexpr int kWriters = 4;
  constexpr int kRounds = 25;
  run("CREATE TABLE counters (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)");
  run("INSERT INTO counters VALUES (1, 0)");
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        auto session = writer();
        const bool done = session.begin().ok() &&
                          session.execute("UPDATE counters SET n = n + 1 WHERE id = $1", {Value::int64(1)}).ok() &&
                          session.commit().ok();
        if (!done) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(single("SELECT n FROM counters").integer, kWriters * kRounds);
}

TEST_P(StoreSuite, Readers_go_on_while_a_writer_is_in_the_middle) {
  run("CREATE TABLE counters (n BIGINT)");
  run("INSERT INTO counters VALUES (1)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("UPDATE counters SET n = 2"));
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] { right += single("SELECT n FROM counters").integer == 1 ? 1 : 0; });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 2);
  EXPECT_OK(session.commit());
}

TEST_P(StoreSuite, A_session_that_is_not_to_be_had_times_out_and_comes_once_one_is_given_back) {
  auto first = reader();
  auto second = reader();
  const auto begun = std::chrono::steady_clock::now();
  const auto third = SessionClient::open(store(), WYV_SESSION_READ, 50ms);
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().status, WYV_TIMEOUT);
  EXPECT_TRUE(third.error().retryable);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 50ms);
  first.close();
  EXPECT_OK(SessionClient::open(store(), WYV_SESSION_READ, kPatience));
}

TEST_P(StoreSuite, A_statement_ends_at_its_deadline_and_the_session_goes_on) {
  auto session = reader();
  const auto begun = std::chrono::steady_clock::now();
  const auto late = session.execute(kEndless, {}, 100ms);
  const auto took = std::chrono::steady_clock::now() - begun;
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().status, WYV_TIMEOUT);
  EXPECT_GE(took, 100ms);
  EXPECT_LT(took, 5s);
  EXPECT_EQ(session.execute("SELECT CAST(1 AS BIGINT)").or_throw().rows[0][0].integer, 1);
}

TEST_P(StoreSuite, A_deadline_in_the_middle_of_a_transaction_undoes_it) {
  run("CREATE TABLE things (id BIGINT)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  EXPECT_EQ(session.execute(kEndless, {}, 50ms).error().status, WYV_TIMEOUT);
  EXPECT_FALSE(session.commit().ok());
  EXPECT_EQ(session.execute("SELECT count(*) FROM things").or_throw().rows[0][0].integer, 0);
}

TEST_P(StoreSuite, A_commit_whose_deadline_has_passed_changes_nothing) {
  run("CREATE TABLE things (id BIGINT)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  EXPECT_EQ(session.commit(0ns).error().status, WYV_TIMEOUT);
  EXPECT_EQ(session.execute("SELECT count(*) FROM things").or_throw().rows[0][0].integer, 0);
}

}  // namespace wyvern::test
