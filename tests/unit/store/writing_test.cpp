#include <atomic>
#include <thread>
#include <vector>

#include "both_stores.hpp"

namespace wyvern::test {
namespace {

class Writing : public BothStores {};
INSTANTIATE_TEST_SUITE_P(On, Writing, testing::Values("sqlite", "postgres"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(Writing, WhatATransactionReadsIsTrueUntilItCommits) {
  constexpr int writers = 6;
  constexpr int rounds = 20;
  store.write([](store::Session& session) {
    session.run("CREATE TABLE numbers (n BIGINT)");
    session.run("INSERT INTO numbers VALUES (0)");
  });
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w) {
    threads.emplace_back([&] {
      for (int i = 0; i < rounds; ++i) {
        store.write([](store::Session& session) {
          const auto last = session.first("SELECT MAX(n) AS n FROM numbers", {},
                                          [](const store::Row& row) { return row.integer("n"); });
          session.run("INSERT INTO numbers VALUES ($1)", {last.value() + 1});
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(number("SELECT MAX(n) AS n FROM numbers"), writers * rounds);
}

TEST_P(Writing, ABodyThatThrowsLeavesNothing) {
  store.write([](store::Session& session) { session.run("CREATE TABLE numbers (n BIGINT)"); });
  const auto fails = [&] {
    store.write([](store::Session& session) {
      session.run("INSERT INTO numbers VALUES (1)");
      throw std::runtime_error("no");
    });
  };
  EXPECT_THROW(fails(), std::runtime_error);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM numbers"), 0);
}

class WritingToAServer : public BothStores {};
INSTANTIATE_TEST_SUITE_P(On, WritingToAServer, testing::Values("postgres"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(WritingToAServer, ATransactionWhoseConnectionEndedIsMadeAgain) {
  store.write([](store::Session& session) { session.run("CREATE TABLE numbers (n BIGINT)"); });
  int attempts = 0;
  store.write([&](store::Session& session) {
    session.run("INSERT INTO numbers VALUES (1)");
    if (++attempts == 1) session.run("SELECT pg_terminate_backend(pg_backend_pid())");
  });
  EXPECT_EQ(attempts, 2);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM numbers"), 1);
}

}  // namespace
}  // namespace wyvern::test
