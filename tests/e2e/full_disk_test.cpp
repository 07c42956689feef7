// A disk that is full: under the state, a channel's folder, the media cache and a worker's spool. Whoever needs it says
// which disk and what to do; nothing is lost, nothing half-made stays, and all goes on once there is room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "air.hpp"
#include "small_disk.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using wyvern::test::Air;
using wyvern::test::Answer;
using wyvern::test::Deployment;
using wyvern::test::SmallDisk;
using Json = nlohmann::json;

TEST(FullDisk, UnderTheStateEndsTheStartNamingAFileOfItAndTheRemedy) {
  Deployment wyvern({.start = false});
  const auto state = wyvern.folder() / "state";
  const SmallDisk disk(state, "4m");
  disk.fill();
  const auto [status, output] = wyvern.run_to_end();
  EXPECT_EQ(status, 1);
  EXPECT_THAT(output, AllOf(HasSubstr("'" + state.string()), HasSubstr("No space left on device"),
                            HasSubstr("free some space")));
  disk.free();
  wyvern.start();
  EXPECT_EQ(wyvern.call("GET", "/playout/channels").body, Json::array());
}

TEST(FullDisk, UnderTheStateRefusesChangesWholeAndTakesThemOnceThereIsRoom) {
  Deployment wyvern({.start = false});
  const auto state = wyvern.folder() / "state";
  const SmallDisk disk(state, "8m");
  wyvern.start();
  disk.fill();
  // The room that the database has in hand is used up first.
  std::size_t made = 0;
  Answer refused;
  for (; made < 500; ++made) {
    refused = wyvern.call("POST", "/playout/channels", {{"name", "Channel " + std::to_string(made)}});
    if (refused.status != 201) break;
  }
  EXPECT_EQ(refused.status, 507) << refused.text;
  EXPECT_EQ(refused.body["code"], "store.full");
  const std::string error = refused.body["error"];
  EXPECT_EQ(error, "the disk of the database '" + (state / "wyvern.db").string() + "' is full; free some space");
  EXPECT_TRUE(wyvern.logged(error)) << wyvern.log();
  // What is there can be read, and is what was answered.
  EXPECT_EQ(wyvern.call("GET", "/playout/channels?limit=500").body.size(), made);

  disk.free();
  const auto taken = wyvern.call("POST", "/playout/channels", {{"name", "Last"}});
  EXPECT_EQ(taken.status, 201) << taken.text;
  wyvern.kill();
  wyvern.start();
  EXPECT_EQ(wyvern.call("GET", "/playout/channels?limit=500").body.size(), made + 1);
}

TEST(FullDisk, UnderAChannelsFolderEndsItsStartInErrorAndNothingRuns) {
  Deployment wyvern({.start = false});
  const SmallDisk disk(wyvern.folder() / "state" / "playout", "32m");
  wyvern.start();
  const auto channel = wyvern.channel();
  disk.fill();
  const auto started = wyvern.call("POST", "/playout/channels/" + channel + "/start");
  EXPECT_EQ(started.status, 500) << started.text;
  EXPECT_EQ(started.body["code"], "playout.start_failed");
  const std::string error = started.body["error"];
  EXPECT_THAT(error, AllOf(HasSubstr((disk.path() / channel).string()), HasSubstr("No space left on device"),
                           HasSubstr("free some space")));
  const Json after = wyvern.call("GET", "/playout/channels/" + channel).body;
  EXPECT_EQ(after["status"], "error");
  EXPECT_EQ(after["error_message"], error);
  EXPECT_TRUE(wyvern.logged(error)) << wyvern.log();
  EXPECT_EQ(wyvern.worker_pid(channel), 0);
  for (const auto& file : fs::recursive_directory_iterator(disk.path() / channel))
    EXPECT_TRUE(file.is_directory()) << file.path() << " was left half-made";

  disk.free();
  const auto again = wyvern.call("POST", "/playout/channels/" + channel + "/start");
  EXPECT_EQ(again.status, 200) << again.text;
}

TEST(FullDisk, UnderTheMediaCacheIsToldByTheItemAndStagedOnceThereIsRoom) {
  Deployment wyvern({.start = false});
  const SmallDisk disk(wyvern.folder() / "state" / "media-cache", "64m");
  wyvern.start();
  wyvern.make_clip("clip.mp4");
  const auto asset = wyvern.asset("clip.mp4");
  const auto channel = wyvern.channel();
  const std::string playlist =
      wyvern.call("POST", "/playout/playlists", {{"channel_id", channel}, {"name", "List"}}).body["id"];
  disk.fill();
  ASSERT_EQ(wyvern.call("POST", "/playout/playlists/" + playlist + "/items", {{"asset_id", asset}}).status, 201);
  Json item;
  EXPECT_TRUE(wyvern.await([&] {
    item = wyvern.call("GET", "/playout/playlists/" + playlist + "/items").body[0];
    return item["media_status"] == "error";
  })) << item;
  const std::string error = item["error_message"];
  EXPECT_THAT(error, AllOf(HasSubstr("the disk of the media cache (" + disk.path().string() + ") is full"),
                           HasSubstr("'clip.mp4' needs"), HasSubstr("make room there")));
  EXPECT_TRUE(wyvern.logged(error)) << wyvern.log();
  const Json job = wyvern.call("GET", "/jobs?status=failed").body;
  ASSERT_EQ(job.size(), 1U) << job;
  EXPECT_EQ(job[0]["error_message"], error);
  for (const auto& file : fs::directory_iterator(disk.path()))
    EXPECT_THAT(file.path().filename().string(), testing::AnyOf(".lock", "filling")) << "was left half-made";

  disk.free();
  ASSERT_EQ(wyvern.call("POST", "/playout/items/" + item["id"].get<std::string>() + "/stage").status, 200);
  wyvern.await_staged(playlist);
}

TEST(FullDisk, UnderAWorkersSpoolKeepsTheChannelOnAirAndTheAsRunWholeEvenWhileTheControllerIsAway) {
  // Without a preview, whose old segments would make room again.
  Air air({.sections = {{"playout", {{"preview", false}}}}, .start = false});
  const SmallDisk disk(air.wyvern.folder() / "state" / "playout", "64m");
  air.wyvern.start();
  air.make_channel();
  std::vector<std::string> assets;
  for (int id = 1; id <= 3; ++id) assets.push_back(air.asset(id, 25));
  const auto playlist = air.wyvern.playlist(air.channel, assets);
  air.start();
  air.play(playlist);
  air.await_rows(2);
  disk.fill();
  const Json full = air.await_engine([](const Json& engine) { return engine["resumable"]["state"] == "failing"; });
  EXPECT_THAT(full["resumable"]["reason"].get<std::string>(),
              AllOf(HasSubstr((disk.path() / air.channel / "spool").string()), HasSubstr("No space left on device"),
                    HasSubstr("free some space")));
  EXPECT_EQ(full["on_air"], true);
  // Nobody takes events now, so that the worker has to keep them without its disk.
  air.wyvern.kill();
  ASSERT_TRUE(air.recorder->await_bytes(air.recorder->bytes() + 1'000'000, 30s)) << "the stream stopped";
  air.wyvern.start();
  ASSERT_TRUE(air.wyvern.await([&] { return air.get()["status"] == "running"; }));
  const auto rows_then = air.as_run().size();
  air.await_rows(rows_then + 4);

  disk.free();
  air.await_engine([](const Json& engine) {
    return engine["resumable"]["state"] == "ok" && engine["spool"]["state"] == "ok" &&
           engine["spool"]["unwritten"] == 0;
  });
  const auto rows = air.await_rows(rows_then + 6);
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    EXPECT_EQ(rows[i]["result"], "played") << rows[i];
    EXPECT_EQ(rows[i]["end_frame"], rows[i + 1]["start_frame"]) << "a hole in the as-run after " << rows[i];
  }
  EXPECT_EQ(air.get()["restart_count"], 0);
  const auto stream = air.received();
  EXPECT_EQ(stream.lost_packets, 0);
  for (std::size_t i = 1; i < stream.frames.size(); ++i)
    ASSERT_NEAR(stream.frames[i].at_s - stream.frames[i - 1].at_s, 0.04, 0.001) << "at frame " << i;
}

}  // namespace
