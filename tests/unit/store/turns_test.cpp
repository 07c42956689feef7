// Writers in one transaction: what they share, and what they do not.
#include "store/turns.hpp"

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "both_stores.hpp"

namespace wyvern::test {
namespace {

class WritingTogether : public BothStores {
 protected:
  static constexpr int threads = 8;
  static constexpr int writes_each = 40;

  void SetUp() override {
    store.write([](store::Session& session) { session.run("CREATE TABLE numbers (n BIGINT PRIMARY KEY)"); });
  }

  store::Session begun() {
    ++begun_;
    auto session = store.open_writer();
    session.begin();
    if (store.dialect() == "postgres") session.run("SELECT pg_advisory_xact_lock(1)");
    return session;
  }

  // Each thread makes its numbers; `write` makes one, and says whether it is to be found afterwards.
  std::set<std::int64_t> make_numbers(const std::function<bool(std::int64_t number)>& write) {
    std::mutex mutex;
    std::set<std::int64_t> expected;
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([&, t] {
        for (int i = 0; i < writes_each; ++i) {
          const std::int64_t number = t * writes_each + i;
          if (!write(number)) continue;
          const std::lock_guard lock(mutex);
          expected.insert(number);
        }
      });
    }
    for (auto& thread : all) thread.join();
    return expected;
  }
  std::set<std::int64_t> found() const {
    std::set<std::int64_t> all;
    store.read([&](store::Session& session) {
      session.each("SELECT n FROM numbers WHERE n >= 0", {},
                   [&](const store::Row& row) { all.insert(row.integer("n")); });
    });
    return all;
  }

  std::atomic<int> begun_ = 0;
};
INSTANTIATE_TEST_SUITE_P(On, WritingTogether, testing::Values("sqlite", "postgres"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(WritingTogether, ThoseWhoWaitShareATransaction) {
  store::Turns turns([this] { return begun(); });
  const auto expected = make_numbers([&](std::int64_t number) {
    turns.take([&](store::Session& session) { session.run("INSERT INTO numbers VALUES ($1)", {number}); });
    return true;
  });
  EXPECT_EQ(found(), expected);
  EXPECT_EQ(expected.size(), static_cast<std::size_t>(threads * writes_each));
  EXPECT_LT(begun_, threads * writes_each);
}

TEST_P(WritingTogether, OneWhoThrowsTakesNobodyAlong) {
  const auto expected = make_numbers([&](std::int64_t number) {
    try {
      store.write([&](store::Session& session) {
        session.run("INSERT INTO numbers VALUES ($1)", {number});
        if (number % 3 == 0) throw std::runtime_error("no");
        if (number % 3 == 1) session.run("INSERT INTO nowhere VALUES (1)");
      });
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.error().code, "store.syntax");
      EXPECT_EQ(number % 3, 1);
      return false;
    } catch (const std::runtime_error&) {
      EXPECT_EQ(number % 3, 0);
      return false;
    }
    return true;
  });
  EXPECT_EQ(found(), expected);
  EXPECT_EQ(expected.size(), static_cast<std::size_t>(threads * writes_each / 3));
}

TEST_P(WritingTogether, AQueuedStatementThatFailsIsTheFaultOfWhoQueuedIt) {
  store.write([](store::Session& session) { session.run("INSERT INTO numbers VALUES (-1)"); });
  const auto expected = make_numbers([&](std::int64_t number) {
    const bool faulty = number % 10 == 0;
    try {
      store.write([&](store::Session& session) {
        session.queue("INSERT INTO numbers VALUES ($1)", {number});
        if (faulty) session.queue("INSERT INTO numbers VALUES (-1)", {});
      });
      EXPECT_FALSE(faulty);
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.error().code, "store.unique") << failure.what();
      EXPECT_TRUE(faulty);
    }
    return !faulty;
  });
  EXPECT_EQ(found(), expected);
}

TEST_P(WritingTogether, WhatIsDoneAfterTheCommitIsDoneOnceForEachWhoseChangeIsKept) {
  std::mutex mutex;
  std::multiset<std::int64_t> told;
  const auto expected = make_numbers([&](std::int64_t number) {
    try {
      store.write([&](store::Session& session) {
        session.run("INSERT INTO numbers VALUES ($1)", {number});
        session.after_commit([&, number] {
          const std::lock_guard lock(mutex);
          told.insert(number);
        });
        if (number % 2 == 0) throw std::runtime_error("no");
      });
    } catch (const std::runtime_error&) {
      return false;
    }
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(told.contains(number)) << "before the writer goes on";
    return true;
  });
  EXPECT_EQ(told, std::multiset<std::int64_t>(expected.begin(), expected.end()));
}

TEST_P(WritingTogether, WhatOneKnowsOfItsTransactionTheNextKnowsTooUnlessItWasUndone) {
  struct Last {
    std::int64_t number;
  };
  std::atomic<int> looked = 0;
  const auto expected = make_numbers([&](std::int64_t number) {
    try {
      store.write([&](store::Session& session) {
        std::int64_t last = 0;
        if (const auto* known = session.known<Last>()) {
          last = known->number;
        } else {
          ++looked;
        }
        const auto stored = session
                                .first("SELECT COALESCE(MAX(n), -1) AS n FROM numbers", {},
                                       [](const store::Row& row) { return row.integer("n"); })
                                .value();
        if (session.known<Last>() != nullptr) {
          EXPECT_EQ(last, stored);
        }
        session.run("INSERT INTO numbers VALUES ($1)", {stored + 1});
        session.know(Last{stored + 1});
        if (number % 4 == 0) throw std::runtime_error("no");
      });
    } catch (const std::runtime_error&) {
      return false;
    }
    return true;
  });
  EXPECT_EQ(found().size(), expected.size());
  EXPECT_LT(looked, threads * writes_each);
}

TEST_P(WritingTogether, WithoutAStoreAllWhoWaitAreToldAtOnce) {
  std::atomic<int> coming = 0;
  std::atomic<int> begins = 0;
  store::Turns turns([&]() -> store::Session {
    if (++begins == 1) {
      while (coming < threads) std::this_thread::yield();  // so that some wait by then
    }
    throw Failure(WYV_TIMEOUT, "store.timeout", "there is none");
  });
  std::atomic<int> told = 0;
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t) {
    all.emplace_back([&] {
      ++coming;
      try {
        turns.take([](store::Session&) { ADD_FAILURE() << "there is no transaction"; });
      } catch (const Failure& failure) {
        if (failure.error().code == "store.timeout") ++told;
      }
    });
  }
  for (auto& thread : all) thread.join();
  EXPECT_EQ(told, threads);
}

class WritingTogetherToAServer : public WritingTogether {};
INSTANTIATE_TEST_SUITE_P(On, WritingTogetherToAServer, testing::Values("postgres"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(WritingTogetherToAServer, AConnectionThatEndsCostsNobodyAChangeAndMakesNoneTwice) {
  std::atomic<int> ended = 0;
  const auto expected = make_numbers([&](std::int64_t number) {
    bool first = true;
    store.write([&](store::Session& session) {
      session.run("INSERT INTO numbers VALUES ($1)", {number});
      if (number % 20 == 0 && std::exchange(first, false)) {
        ++ended;
        session.run("SELECT pg_terminate_backend(pg_backend_pid())");
      }
    });
    return true;
  });
  EXPECT_EQ(found(), expected);
  EXPECT_EQ(ended, threads * writes_each / 20);
}

}  // namespace
}  // namespace wyvern::test
