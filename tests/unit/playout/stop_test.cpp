// From running to stopped.
#include <gmock/gmock.h>

#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class Stop : public testing::Test {
 protected:
  Stop() { room.open(); }
  PlayoutRoom room;
};

TEST_F(Stop, NothingOfAStoppedChannelIsLeft37) {
  const auto id = room.create_on_air({{"port", 9000}});
  const auto answer = room.call("stop", id);
  ASSERT_EQ(answer->status(), 200) << answer->text();
  EXPECT_EQ(answer->json()["status"], "stopped");
  const Json row = room.row(id);
  EXPECT_TRUE(row["container_id"].is_null());
  EXPECT_TRUE(row["worker_port"].is_null());
  EXPECT_TRUE(row["loaded_playlist_id"].is_null());
  EXPECT_TRUE(row["error_message"].is_null());
  EXPECT_THAT(room.claims(), IsEmpty());
  EXPECT_THAT(room.runtime.known(id), IsEmpty());
}

TEST_F(Stop, IsIdempotent) {
  const auto id = room.create();
  EXPECT_EQ(room.call("stop", id)->status(), 200);
  ASSERT_EQ(room.call("start", id)->status(), 200);
  EXPECT_EQ(room.call("stop", id)->status(), 200);
  EXPECT_EQ(room.call("stop", id)->status(), 200);
  EXPECT_THAT(room.runtime.stopped(), SizeIs(1));
}

TEST_F(Stop, WhileStartingEndsStopped) {
  room.runtime.behave(Behaviour::is_silent);
  const auto id = room.create({{"port", 9000}});
  const auto start = room.begin("start", id);
  ASSERT_TRUE(room.database.wait_until([&] { return !room.runtime.running(id).empty(); }));
  const auto stop = room.call("stop", id);
  EXPECT_EQ(stop->status(), 200) << stop->text();
  start->wait_for_end();
  EXPECT_EQ(start->status(), 409) << start->text();
  EXPECT_EQ(start->code(), "playout.start_overtaken");
  EXPECT_EQ(room.row(id)["status"], "stopped");
  EXPECT_THAT(room.claims(), IsEmpty());
  EXPECT_THAT(room.runtime.running(id), IsEmpty());
}

TEST_F(Stop, AStoppedChannelStartsAgainWithALaterEpoch) {
  const auto id = room.create_on_air();
  ASSERT_EQ(room.call("stop", id)->status(), 200);
  ASSERT_EQ(room.call("start", id)->status(), 200);
  EXPECT_EQ(room.row(id)["epoch"], 2);
  EXPECT_EQ(room.row(id)["restart_count"], 0);
}

TEST_F(Stop, TheWorkersLastEventsAreStoredBeforeItIsStopped) {
  const auto id = room.create_on_air();
  room.runtime.spool(id).add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}, {"frame", 0}});
  room.runtime.worker(id)->last_event(
      {{"type", "item_ended"}, {"item_id", "a"}, {"at_us", 3'000'000}, {"frame", 50}, {"result", "stopped"}});
  ASSERT_EQ(room.call("stop", id)->status(), 200);
  const auto rows = room.as_run(id);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0]["result"], "stopped");
  EXPECT_EQ(rows[0]["end_frame"], 50);
}

TEST_F(Stop, AWorkerThatDiedWithoutAWordLeavesItsItemAsLost) {
  const auto id = room.create_on_air();
  room.runtime.spool(id).add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return !room.as_run(id).empty(); }));
  room.runtime.worker(id)->answer(false);
  ASSERT_EQ(room.call("stop", id)->status(), 200);
  EXPECT_EQ(room.as_run(id).at(0)["result"], "lost");
  EXPECT_FALSE(room.as_run(id).at(0)["ended_at"].is_null());
}

TEST_F(Stop, AnEditedListReachesTheWorkerOnceItIsLoaded) {
  const auto id = room.create_on_air();
  const auto playlist = store::new_uuid();
  const auto now = store::Timestamp::now();
  room.database.run(
      "INSERT INTO playout_playlists (id, channel_id, name, loop, created_at, updated_at) VALUES ($1, $2, 'x', $3, $4, "
      "$4)",
      {playlist, id, true, now});
  room.database.run("UPDATE playout_channels SET loaded_playlist_id = $1 WHERE id = $2", {playlist, id});
  room.playout->reconciler().list_changed(id);
  const auto worker = room.runtime.worker(id);
  ASSERT_TRUE(room.database.wait_until([&] { return !worker->calls("/playlist/update").empty(); }));
  const auto sent = worker->calls("/playlist/update").at(0).body;
  EXPECT_EQ(sent["playlist_id"], playlist);
  EXPECT_EQ(sent["loop"], true);
  EXPECT_FALSE(sent.contains("load_id"));
}

}  // namespace
}  // namespace wyvern::test
