// The numbered log: order, replay, and what a commit means.
#include <gmock/gmock.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "event_store.hpp"

namespace wyvern::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(EventLog, NumbersRiseAndNothingIsLastInAnEmptyLog) {
  EventStore database;
  EXPECT_EQ(database.log.last_number(), 0);
  for (int i = 0; i < 5; ++i) database.append("a.changed", std::to_string(i));
  const auto all = database.log.after(0, 100);
  ASSERT_THAT(all, SizeIs(5));
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].subject, std::to_string(i));
    if (i > 0) {
      EXPECT_GT(all[i].number, all[i - 1].number);
    }
  }
  EXPECT_EQ(database.log.last_number(), all.back().number);
}

TEST(EventLog, ReplayBeginsAfterTheGivenNumberAndHoldsNoMoreThanAskedFor) {
  EventStore database;
  for (int i = 0; i < 10; ++i) database.append("a.changed", std::to_string(i));
  const auto first = database.log.after(0, 3);
  ASSERT_THAT(first, SizeIs(3));
  const auto next = database.log.after(first.back().number, 100);
  ASSERT_THAT(next, SizeIs(7));
  EXPECT_EQ(next.front().subject, "3");
  EXPECT_THAT(database.log.after(next.back().number, 100), IsEmpty());
}

TEST(EventLog, AnEventHoldsWhatItWasGiven) {
  EventStore database;
  database.append("asset.changed", "id-1", "project-1", {{"name", "Ünï"}});
  const Json json = database.log.after(0, 1).at(0).json();
  EXPECT_EQ(json["type"], "asset.changed");
  EXPECT_EQ(json["subject"], "id-1");
  EXPECT_EQ(json["project_id"], "project-1");
  EXPECT_EQ(json["data"]["name"], "Ünï");
  database.append("asset.changed");
  EXPECT_TRUE(database.log.after(json["number"], 1).at(0).json()["project_id"].is_null());
}

TEST(EventLog, AChangeAndItsEventAreCommittedTogetherOrNotAtAll) {
  EventStore database;
  const auto change = [&](bool fails) {
    database.store.write([&](store::Session& session) {
      session.run("INSERT INTO projects (id, name, created_at) VALUES ('p', 'p', $1)", {store::Timestamp::now()});
      database.log.append(session, "project.changed", "p", std::nullopt, Json::object());
      if (fails) throw std::runtime_error("something later failed");
    });
  };
  EXPECT_THROW(change(true), std::runtime_error);
  EXPECT_THAT(database.log.after(0, 10), IsEmpty());
  EXPECT_THAT(database.rows("SELECT id FROM projects"), IsEmpty());
  change(false);
  EXPECT_THAT(database.log.after(0, 10), SizeIs(1));
  EXPECT_THAT(database.rows("SELECT id FROM projects"), SizeIs(1));
}

TEST(EventLog, SubscribersHearOfAnEventOnceItCanBeRead) {
  EventStore database;
  std::vector<std::size_t> seen;
  const int key = database.log.subscribe([&] { seen.push_back(database.log.after(0, 10).size()); });
  database.store.write([&](store::Session& session) {
    database.log.append(session, "a.changed", "s", std::nullopt, Json::object());
    EXPECT_THAT(seen, IsEmpty());
  });
  EXPECT_EQ(seen, std::vector<std::size_t>{1});
  database.log.unsubscribe(key);
}

TEST(EventLog, SubscribersHearNothingOfWhatWasRolledBack) {
  EventStore database;
  int heard = 0;
  const int key = database.log.subscribe([&] { ++heard; });
  EXPECT_THROW(database.store.write([&](store::Session& session) {
    database.log.append(session, "a.changed", "s", std::nullopt, Json::object());
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(heard, 0);
  database.log.unsubscribe(key);
}

TEST(EventLog, NobodyIsCalledAfterUnsubscribe) {
  EventStore database;
  std::atomic<bool> gone{false};
  std::atomic<bool> called_late{false};
  std::atomic<bool> done{false};
  const int key = database.log.subscribe([&] {
    if (gone) called_late = true;
  });
  std::thread writer([&] {
    for (int i = 0; i < 50; ++i) database.append("a.changed");
    done = true;
  });
  database.log.unsubscribe(key);
  gone = true;
  writer.join();
  EXPECT_FALSE(called_late);
  EXPECT_TRUE(done);
}

TEST(EventLog, ConcurrentWritersLeaveEveryEventOnce) {
  EventStore database;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 25; ++i) database.append("a.changed", std::to_string(writer));
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_THAT(database.log.after(0, 1000), SizeIs(100));
}

}  // namespace
}  // namespace wyvern::test
