// What a controller finds when it starts.
#include <gmock/gmock.h>

#include <atomic>

#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(Adoption, ARunningWorkerIsKeptAcrossARestartOfTheController) {
  PlayoutRoom room;
  room.open();
  const auto id = room.create_on_air({{"port", 9000}});
  const auto handle = room.runtime.running(id).at(0);
  room.close();
  room.runtime.spool(id).add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  room.open();
  // Its events of the time between are taken, and none is lost.
  ASSERT_TRUE(room.database.wait_until([&] { return !room.as_run(id).empty(); }));
  EXPECT_THAT(room.runtime.running(id), ElementsAre(handle));
  EXPECT_EQ(room.row(id)["status"], "running");
  EXPECT_EQ(room.row(id)["epoch"], 1);
  EXPECT_EQ(room.row(id)["restart_count"], 0);
  EXPECT_EQ(room.runtime.starts(id), 1);
}

TEST(Adoption, AStartThatACrashInterruptedIsFinishedWithTheWorkerThatRuns) {
  PlayoutRoom room;
  room.open();
  const auto id = room.create_on_air();
  room.close();
  room.database.run(
      "UPDATE playout_channels SET status = 'starting', container_id = NULL, error_message = NULL WHERE id = $1", {id});
  room.open();
  ASSERT_TRUE(room.wait_for_status(id, "running"));
  EXPECT_EQ(room.runtime.starts(id), 1);
  EXPECT_EQ(room.row(id)["container_id"], room.runtime.running(id).at(0));
}

TEST(Adoption, AStopThatACrashInterruptedIsFinishedAndTheLastEventsAreStored) {
  PlayoutRoom room;
  room.open();
  const auto id = room.create_on_air();
  room.runtime.spool(id).add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return !room.as_run(id).empty(); }));
  room.close();
  room.database.run("UPDATE playout_channels SET status = 'stopping', desired = 'stopped' WHERE id = $1", {id});
  room.runtime.worker(id)->last_event(
      {{"type", "item_ended"}, {"item_id", "a"}, {"at_us", 2'000'000}, {"result", "stopped"}});
  room.open();
  ASSERT_TRUE(room.wait_for_status(id, "stopped"));
  EXPECT_THAT(room.runtime.known(id), IsEmpty());
  EXPECT_THAT(room.claims(), IsEmpty());
  EXPECT_EQ(room.as_run(id).at(0)["result"], "stopped");
}

TEST(Adoption, AWorkerThatEndedWhileTheControllerWasAwayIsStartedAgain) {
  PlayoutRoom room;
  room.open();
  const auto id = room.create_on_air();
  room.close();
  room.runtime.kill(id);
  room.open();
  ASSERT_TRUE(room.wait_for_restart(id, 1));
  EXPECT_EQ(room.row(id)["restart_count"], 1);
}

TEST(Adoption, AWorkloadOfAnEarlierGrantIsRemoved) {
  PlayoutRoom room;
  room.open();
  const auto id = room.create_on_air();
  const auto own = room.runtime.running(id);
  const auto earlier = room.runtime.add_workload(id, "0");
  room.playout->reconciler().wake(id);
  ASSERT_TRUE(room.database.wait_until([&] { return room.runtime.known(id) == own; }));
  EXPECT_THAT(room.runtime.stopped(), ElementsAre(earlier));
  EXPECT_EQ(room.row(id)["restart_count"], 0);
}

TEST(Adoption, AWorkloadOfAChannelThatIsNoMoreIsRemoved) {
  PlayoutRoom room;
  const std::string id = store::new_uuid();
  const auto orphan = room.runtime.add_workload(id, "1");
  room.open();
  ASSERT_TRUE(room.database.wait_until([&] { return room.runtime.known(id).empty(); }));
  EXPECT_THAT(room.runtime.stopped(), ElementsAre(orphan));
}

TEST(Adoption, AWorkerOfADeletedChannelIsRemovedWhenItIsDeleted) {
  PlayoutRoom room;
  room.open();
  const auto id = room.create();
  room.runtime.add_workload(id, "7");
  ASSERT_EQ(room.call("delete", id)->status(), 200);
  EXPECT_TRUE(room.database.wait_until([&] { return room.runtime.known(id).empty(); }));
}

TEST(Adoption, TheFolderOfADeletedChannelIsRemovedWithItsToken) {
  PlayoutRoom room;
  room.open();
  const auto id = room.create_on_air();
  const auto other = room.create_on_air();
  ASSERT_TRUE(exists(room.folder(id) / "worker.yaml"));
  ASSERT_EQ(room.call("stop", id)->status(), 200);
  EXPECT_TRUE(exists(room.folder(id)));
  ASSERT_EQ(room.call("delete", id)->status(), 200);
  EXPECT_TRUE(room.database.wait_until([&] { return !exists(room.folder(id)); }));
  EXPECT_TRUE(exists(room.folder(other) / "worker.yaml"));
}

TEST(Adoption, AFolderOfAChannelThatIsNoMoreIsRemovedOnceItsWorkerIsGone) {
  PlayoutRoom room;
  const std::string id = store::new_uuid();
  const std::string without_worker = store::new_uuid();
  create_directories(room.folder(id) / "spool");
  create_directories(room.folder(without_worker) / "spool");
  create_directories(room.folder("notes"));
  room.runtime.add_workload(id, "1");
  std::atomic<bool> there_when_stopped{false};
  room.runtime.at_stop([&](std::uint32_t) { there_when_stopped = exists(room.folder(id)); });
  room.open();
  ASSERT_TRUE(room.database.wait_until([&] { return !exists(room.folder(id)); }));
  ASSERT_TRUE(room.database.wait_until([&] { return !exists(room.folder(without_worker)); }));
  EXPECT_TRUE(there_when_stopped);
  EXPECT_THAT(room.runtime.known(id), IsEmpty());
  EXPECT_TRUE(exists(room.folder("notes")));
}

TEST(Adoption, AWorkloadWithoutAChannelsIdCostsNoFolder) {
  PlayoutRoom room;
  create_directories(room.folder("notes"));
  room.runtime.add_workload("", "1");
  room.runtime.add_workload("../playout", "1");
  room.open();
  ASSERT_TRUE(room.database.wait_until([&] { return room.runtime.known("").empty(); }));
  ASSERT_TRUE(room.database.wait_until([&] { return room.runtime.known("../playout").empty(); }));
  room.close();
  EXPECT_TRUE(exists(room.folder("notes")));
}

TEST(Adoption, AStoppedControllerListensNoMore) {
  PlayoutRoom room;
  room.open();
  const auto id = room.create_on_air();
  room.close();
  room.runtime.kill(id);
  EXPECT_EQ(room.row(id)["status"], "running");
  EXPECT_EQ(room.row(id)["restart_count"], 0);
}

}  // namespace
}  // namespace wyvern::test
