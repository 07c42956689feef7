#include <sqlite3.h>
#include <atomic>
#include <thread>
#include <vector>

#include "sqlite_plugin.hpp"

namespace wyvern::test {

using namespace std::chrono_literals;

TEST(SqliteLifecycle, It_can_be_started_again_after_a_stop_and_stopped_twice) {
  const ScratchFolder folder;
  const auto instance = sqlite_instance(folder / "state.db");
  EXPECT_TRUE(instance->stop().ok());
  for (int round = 0; round < 3; ++round) {
    instance->run();
    EXPECT_OK(SessionClient::open(StoreClient(*instance), WYV_SESSION_WRITE));
    EXPECT_TRUE(instance->stop().ok());
    EXPECT_TRUE(instance->stop().ok());
  }
}

TEST(SqliteLifecycle, Sessions_are_opened_between_start_and_stop_only) {
  const ScratchFolder folder;
  const auto instance = sqlite_instance(folder / "state.db");
  const StoreClient store(*instance);
  const auto refused = [&] {
    const auto opened = SessionClient::open(store, WYV_SESSION_READ);
    return !opened.ok() && opened.error().status == WYV_WRONG_STATE;
  };
  EXPECT_TRUE(refused());
  ASSERT_TRUE(instance->prepare().ok());
  EXPECT_TRUE(refused());
  ASSERT_TRUE(instance->start().ok());
  EXPECT_FALSE(refused());
  ASSERT_TRUE(instance->drain().ok());
  EXPECT_TRUE(refused());
  ASSERT_TRUE(instance->stop().ok());
  EXPECT_TRUE(refused());
}

TEST(SqliteLifecycle, Draining_waits_for_open_sessions_until_its_deadline) {
  const ScratchFolder folder;
  const auto instance = sqlite_instance(folder / "state.db");
  instance->run();
  auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_WRITE).or_throw();
  const auto begun = std::chrono::steady_clock::now();
  (void)instance->drain(50ms);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 50ms);
  EXPECT_OK(session.execute("CREATE TABLE things (id BIGINT)"));
}

TEST(SqliteLifecycle, A_stop_ends_what_runs_and_a_session_may_be_closed_after_it) {
  const ScratchFolder folder;
  const auto instance = sqlite_instance(folder / "state.db");
  instance->run();
  auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_READ).or_throw();
  std::atomic<bool> began = false;
  Error error;
  std::thread running([&] {
    auto outcome = session.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
                                   {}, kPatience, nullptr, [&](const Row&) {
                                     began = true;
                                     began.notify_all();
                                     return true;
                                   });
    if (!outcome.ok()) error = outcome.error();
  });
  began.wait(false);
  EXPECT_TRUE(instance->stop(200ms).ok());
  running.join();
  EXPECT_EQ(error.code, "store.stopping");
  session.close();
  EXPECT_TRUE(sqlite_instance(folder / "state.db")->prepare().ok());  // the file was let go with the last session
}

TEST(SqliteWriters, They_get_their_turns_in_the_order_in_which_they_came) {
  SqliteUnderTest under_test;
  const StoreClient store(under_test.instance());
  auto first = std::make_unique<SessionClient>(SessionClient::open(store, WYV_SESSION_WRITE).or_throw());
  const auto late = SessionClient::open(store, WYV_SESSION_WRITE, 30ms);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().status, WYV_TIMEOUT);
  std::atomic<int> turns = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto session = SessionClient::open(store, WYV_SESSION_WRITE);
      if (session.ok()) ++turns;
    });
  }
  first.reset();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(turns, 8);
}

// Another program, such as the sqlite3 shell, holds the write lock.
TEST(SqliteWriters, A_database_held_by_another_program_is_busy_and_free_again_later) {
  SqliteUnderTest under_test;
  const StoreClient store(under_test.instance());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((under_test.folder() / "state.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  auto session = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
  const auto late = session.execute("CREATE TABLE things (id BIGINT)", {}, 50ms);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().status, WYV_TIMEOUT);
  EXPECT_TRUE(late.error().retryable);
  const auto busy = session.execute("CREATE TABLE things (id BIGINT)", {}, 60s);
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().status, WYV_UNAVAILABLE);
  EXPECT_EQ(busy.error().code, "store.busy");
  sqlite3_close(other);
  EXPECT_OK(session.execute("CREATE TABLE things (id BIGINT)"));
}

}  // namespace wyvern::test
