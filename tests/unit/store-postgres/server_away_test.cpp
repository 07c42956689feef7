// A server that goes away and comes back while it is used.
#include <atomic>
#include <thread>

#include "postgres_plugin.hpp"
#include "waiting.hpp"

namespace wyvern::test {

namespace {

using namespace std::chrono_literals;

// Inserts a number in a transaction. True when it is there for sure; false when it is not.
bool put(const StoreClient& store, std::int64_t number, std::atomic<int>& unknown) {
  const auto error_of = [&]() -> Result<void> {
    auto session = SessionClient::open(store, WYV_SESSION_WRITE);
    if (!session.ok()) return session.error();
    if (const auto begun = session->begin(); !begun.ok()) return begun.error();
    if (const auto put = session->execute("INSERT INTO numbers VALUES ($1)", {Value::int64(number)}); !put.ok())
      return put.error();
    return session->commit();
  };
  const auto done = error_of();
  if (done.ok()) return true;
  if (done.error().code != "store.outcome_unknown") {
    EXPECT_EQ(done.error().status, WYV_UNAVAILABLE) << done.error().message << done.error().cause;
    return false;
  }
  ++unknown;
  std::int64_t found = -1;
  EXPECT_TRUE(await([&] {
    auto session = SessionClient::open(store, WYV_SESSION_READ);
    if (!session.ok()) return false;
    const auto count = session->execute("SELECT count(*) FROM numbers WHERE n = $1", {Value::int64(number)});
    if (count.ok()) found = count->rows[0][0].integer;
    return count.ok();
  }));
  return found == 1;
}

TEST(PostgresServerAway, Nothing_is_lost_or_made_twice_when_the_server_crashes_under_writers) {
  constexpr int kWriters = 4;
  constexpr std::int64_t kEach = 150;
  const PostgresServer server;
  const auto instance = postgres_instance(server.store("away"));
  instance->run();
  const StoreClient store(*instance);
  EXPECT_OK(SessionClient::open(store, WYV_SESSION_WRITE).or_throw().execute("CREATE TABLE numbers (n BIGINT)"));
  std::atomic<std::int64_t> written = 0;
  std::atomic<int> failures = 0;
  std::atomic<int> unknown = 0;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (std::int64_t i = 0; i < kEach; ++i) {
        while (!put(store, w * kEach + i, unknown)) ++failures;
        ++written;
      }
    });
  }
  for (const int part : {1, 2, 3}) {
    EXPECT_TRUE(await([&] { return written >= part * kWriters * kEach / 4; }, 60s));
    part == 2 ? server.stop() : server.kill();
    server.start();
  }
  for (auto& writer : writers) writer.join();
  auto session = SessionClient::open(store, WYV_SESSION_READ).or_throw();
  const auto counts = session.execute("SELECT count(*), count(DISTINCT n) FROM numbers").or_throw().rows[0];
  EXPECT_EQ(counts[0].integer, kWriters * kEach);
  EXPECT_EQ(counts[1].integer, kWriters * kEach);
  EXPECT_GT(failures + unknown, 0) << "the crashes came between the writes";
}

TEST(PostgresServerAway, A_session_waits_for_a_server_that_comes_back_and_not_longer_than_connect_timeout) {
  const PostgresServer server;
  const auto instance = postgres_instance(server.store("away"), {{"connect_timeout_ms", 400}});
  instance->run();
  const StoreClient store(*instance);
  server.stop();
  const auto begun = std::chrono::steady_clock::now();
  const auto away = SessionClient::open(store, WYV_SESSION_READ);
  const auto took = std::chrono::steady_clock::now() - begun;
  ASSERT_FALSE(away.ok());
  EXPECT_EQ(away.error().code, "store.unreachable");
  EXPECT_EQ(away.error().status, WYV_UNAVAILABLE);
  EXPECT_GE(took, 400ms);
  EXPECT_LT(took, 3s);
  server.start();
  EXPECT_OK(SessionClient::open(store, WYV_SESSION_READ));
  EXPECT_EQ(instance->log().size(), 2U) << "one line when it goes, one when it is back";
}

TEST(PostgresServerAway, A_server_that_hangs_holds_nobody_beyond_his_deadline) {
  const PostgresServer server;
  const auto instance = postgres_instance(server.store("away"));
  instance->run();
  const StoreClient store(*instance);
  auto session = SessionClient::open(store, WYV_SESSION_READ).or_throw();
  server.freeze();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(session.execute("SELECT 1", {}, 200ms).error().status, WYV_TIMEOUT);
  EXPECT_EQ(SessionClient::open(store, WYV_SESSION_READ, 200ms).error().status, WYV_TIMEOUT) << "with a new connection";
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
  server.thaw();
  EXPECT_OK(session.execute("SELECT 1"));
}

}  // namespace
}  // namespace wyvern::test
