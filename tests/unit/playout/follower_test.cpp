// Events on their way from a worker into the store.
#include "playout/follower.hpp"

#include <gmock/gmock.h>

#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class Following : public testing::Test {
 protected:
  Following() {
    room.open();
    id = room.create_on_air();
  }

  PlayoutRoom room;
  std::string id;
};

TEST_F(Following, WhatTheWorkerWritesIsStoredAsItComes) {
  room.runtime.spool(id).add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 1; }));
  room.runtime.spool(id).add({{"type", "item_ended"}, {"item_id", "a"}, {"at_us", 2'000'000}});
  EXPECT_TRUE(room.database.wait_until([&] { return room.as_run(id)[0]["result"] == "played"; }));
}

TEST_F(Following, AWorkerThatRepeatsItselfWritesNothingTwice29) {
  auto& spool = room.runtime.spool(id);
  spool.add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 1; }));
  spool.repeat_all();
  spool.add({{"type", "item_ended"}, {"item_id", "a"}, {"at_us", 2'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id)[0]["result"] == "played"; }));
  EXPECT_THAT(room.as_run(id), SizeIs(1));
  EXPECT_THAT(room.database.events("playout.worker.item_started"), SizeIs(1));
  EXPECT_THAT(room.database.events("playout.worker.item_ended"), SizeIs(1));
}

TEST_F(Following, GoesOnWithTheNextWorkerOverTheSameSpool) {
  auto& spool = room.runtime.spool(id);
  spool.add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 1; }));
  room.runtime.kill(id);
  spool.add({{"type", "item_ended"}, {"item_id", "a"}, {"at_us", 2'000'000}, {"result", "lost"}});
  spool.add({{"type", "worker_recovered"}, {"at_us", 3'000'000}, {"down_us", 1'000'000}});
  ASSERT_TRUE(room.wait_for_restart(id, 1));
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 2; }));
  EXPECT_EQ(room.as_run(id)[0]["result"], "lost");
  EXPECT_EQ(room.as_run(id)[1]["result"], "loss");
}

TEST_F(Following, ASpoolThatHasNothingStoresNothingAndTheChannelStaysUp) {
  const auto worker = room.runtime.worker(id);
  ASSERT_TRUE(room.database.wait_until([&] { return !worker->calls("/events").empty(); }));
  EXPECT_THAT(room.as_run(id), IsEmpty());
  EXPECT_EQ(room.row(id)["status"], "running");
}

TEST_F(Following, AWorkerThatAnswersAgainIsHeardAgain) {
  const auto worker = room.runtime.worker(id);
  ASSERT_TRUE(room.database.wait_until([&] { return !worker->calls("/events").empty(); }));
  worker->answer(false);
  room.runtime.spool(id).add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  worker->answer(true);
  EXPECT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 1; }));
}

TEST_F(Following, AnEventThatCannotBeStoredStaysWithTheWorker) {
  // A broken event stops the log where it is; what was stored stays, and the channel stays up.
  room.runtime.spool(id).add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 1; }));
  room.runtime.spool(id).add_numbered({{"type", 5}, {"number", 2}});
  const auto worker = room.runtime.worker(id);
  const auto asked = worker->calls("/events").size();
  ASSERT_TRUE(room.database.wait_until([&] { return worker->calls("/events").size() > asked + 2; }));
  EXPECT_EQ(room.row(id)["events_taken"], 1);
  EXPECT_EQ(room.row(id)["status"], "running");
}

TEST_F(Following, ABrokenEventInTheSpoolDoesNotKeepTheNextWorkerFromBeingTakenForOnAir) {
  room.runtime.spool(id).add_numbered({{"type", 5}, {"number", 1}});
  room.runtime.kill(id);
  ASSERT_TRUE(room.wait_for_restart(id, 1));
  EXPECT_TRUE(room.wait_for_status(id, "running"));
}

TEST_F(Following, TheEndOfAnItemThatWasGivenUpAtAStopIsToldByTheNextWorkerAndGetsNoRowOfItsOwn) {
  auto& spool = room.runtime.spool(id);
  spool.add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 1; }));
  room.runtime.worker(id)->answer(false);
  ASSERT_EQ(room.call("stop", id)->status(), 200);
  ASSERT_EQ(room.as_run(id)[0]["result"], "lost");
  spool.add({{"type", "item_ended"}, {"item_id", "a"}, {"at_us", 3'000'000}, {"result", "lost"}, {"frames_sent", 50}});
  ASSERT_EQ(room.call("start", id)->status(), 200);
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id)[0]["frames_sent"] == 50; }));
  EXPECT_THAT(room.as_run(id), SizeIs(1));
}

TEST_F(Following, AWorkerWhoseRecordWasLostIsHeardFromItsFirstEventAndTheHoleIsShown) {
  auto& spool = room.runtime.spool(id);
  spool.add_numbered({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}, {"number", 500}});
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 1; }));
  spool.lose_all();
  spool.add({{"type", "item_started"}, {"item_id", "b"}, {"at_us", 9'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 3; }));
  // By their numbers: the hole is nobody's.
  const auto rows = room.as_run(id);
  EXPECT_EQ(rows[0]["result"], "unknown");
  EXPECT_TRUE(rows[0]["item_id"].is_null());
  EXPECT_FALSE(rows[0]["ended_at"].is_null());
  EXPECT_EQ(rows[1]["item_id"], "b");
  EXPECT_EQ(rows[1]["result"], "on_air");
  EXPECT_EQ(rows[2]["item_id"], "a");
  EXPECT_EQ(rows[2]["result"], "unknown");
  EXPECT_THAT(room.database.events("playout.worker.events_lost"), SizeIs(1));
  EXPECT_EQ(room.row(id)["events_taken"], 1);
  EXPECT_EQ(room.row(id)["restart_count"], 0);
}

TEST_F(Following, ASecondLossIsASecondHole) {
  auto& spool = room.runtime.spool(id);
  for (int loss = 1; loss <= 2; ++loss) {
    spool.add_numbered({{"type", "slate_shown"}, {"number", 500}});
    ASSERT_TRUE(room.database.wait_until([&] { return room.row(id)["events_taken"] == 500; }));
    spool.lose_all();
    ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == static_cast<std::size_t>(loss); }));
  }
}

TEST_F(Following, TheControllerDoesNotWaitForLongPollsWhenItStops) {
  for (int i = 0; i < 5; ++i) (void)room.create_on_air();
  const auto worker = room.runtime.worker(id);
  ASSERT_TRUE(room.database.wait_until([&] { return !worker->calls("/events").empty(); }));
  const auto begin = std::chrono::steady_clock::now();
  room.close();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1500));
}

}  // namespace
}  // namespace wyvern::test
