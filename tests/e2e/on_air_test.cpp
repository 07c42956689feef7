// What dies and what goes on: a whole deployment on air, watched by a receiver, while parts of it are killed.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <iostream>

#include "air.hpp"
#include "stream_analyser.hpp"

namespace {

using namespace std::chrono_literals;
using wyvern::media::ExpectedItem;
using wyvern::test::Air;
using wyvern::test::row_of;
using Json = nlohmann::json;

// Three clips of three seconds, in a loop.
class OnAir : public ::testing::Test, protected Air {
 protected:
  void SetUp() override {
    make_channel();
    std::vector<std::string> assets;
    for (int id = 1; id <= 3; ++id) {
      assets.push_back(asset(id));
      items.push_back({clip(id)});
    }
    playlist = wyvern.playlist(channel, assets);
    start();
    play(playlist);
  }

  std::vector<ExpectedItem> items;
  std::string playlist;
};

TEST_F(OnAir, TheAsRunListsEachItemWithPlannedAndObservedTimes) {
  await_rows(3);
  const auto rows = as_run();
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    const auto& row = rows[i];
    EXPECT_EQ(row["result"], "played") << row;
    EXPECT_EQ(row["frames_sent"], 75) << row;
    EXPECT_EQ(row["repeated_frames"], 0) << row;
    EXPECT_TRUE(row["planned_at"].is_string() && row["started_at"].is_string()) << row;
    EXPECT_EQ(row["ended_at"], rows[i + 1]["started_at"]) << row;
  }
}

TEST_F(OnAir, AControllerThatIsKilledCostsNoFrameAndTheAsRunHasNoHole) {
  await_rows(2);
  const pid_t worker = wyvern.worker_pid(channel);
  wyvern.kill();
  // Long enough for items to begin and end while nobody listens to the worker.
  ASSERT_TRUE(recorder->await_bytes(recorder->bytes() + 1'500'000, 30s)) << "the picture stopped";
  wyvern.start();
  ASSERT_TRUE(wyvern.await([&] { return get()["status"] == "running"; }));
  EXPECT_EQ(get()["restart_count"], 0);
  EXPECT_EQ(wyvern.worker_pid(channel), worker) << "the worker was restarted, not adopted";
  const auto rows = await_rows(as_run().size() + 4);
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    EXPECT_EQ(rows[i]["result"], "played") << rows[i];
    EXPECT_EQ(rows[i]["end_frame"], rows[i + 1]["start_frame"]) << "a hole in the as-run after " << rows[i];
    EXPECT_EQ(rows[i]["frames_sent"], 75) << rows[i];
  }
  const auto report = wyvern::media::analyse(received(), items, 25, 1);
  std::cout << report.text() << std::endl;
  EXPECT_EQ(report.lost, 0);
  EXPECT_EQ(report.doubled, 0);
  EXPECT_EQ(report.irregular, 0);
  EXPECT_GE(report.items, 3);
}

TEST_F(OnAir, AWorkerThatIsKilledIsBackAtItsItemWithTheLossInTheAsRun) {
  await_rows(2);
  const Json before = await_engine([](const Json& engine) {
    const Json item = engine.value("item", Json());
    return item.is_object() && item.value("position_frames", 0) > 10 && item.value("position_frames", 0) < 40;
  })["item"];
  const auto killed_at = std::chrono::steady_clock::now();
  ::kill(wyvern.worker_pid(channel), SIGKILL);
  await_engine([](const Json& engine) { return engine["state"] == "playing" && engine["item"].is_object(); });
  const auto back = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - killed_at);
  std::cout << "on air again after " << back.count() << " ms" << std::endl;
  EXPECT_EQ(get()["restart_count"], 1);
  const auto rows =
      await_as_run([](const auto& all) { return !row_of(all, "loss").is_null() && all.back()["result"] == "on_air"; });
  EXPECT_EQ(row_of(rows, "lost")["item_id"], before["id"]);
  const auto loss = std::find_if(rows.begin(), rows.end(), [](const Json& row) { return row["result"] == "loss"; });
  ASSERT_NE(loss + 1, rows.end());
  const Json& again = *(loss + 1);
  EXPECT_EQ(again["item_id"], before["id"]) << "it came back at another item";
  // Where the clock says that it would be by now: behind where it was killed, by no more than it was away.
  EXPECT_GE(again["offset_frames"], before["position_frames"]) << "it came back at an earlier frame";
  EXPECT_LE(again["offset_frames"].get<std::int64_t>(),
            before["position_frames"].get<std::int64_t>() + back.count() / 40 + 5)
      << "it left out more than the time that it was away";
}

TEST_F(OnAir, StopLeavesNothingRunningAndClosesTheAsRun) {
  await_rows(1);
  ASSERT_EQ(post("/stop").status, 200);
  EXPECT_EQ(wyvern.worker_pid(channel), 0);
  const auto rows = as_run();
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.back()["result"], "stopped") << rows.back();
  EXPECT_TRUE(rows.back()["ended_at"].is_string());
}

TEST_F(OnAir, TransportPausesResumesSkipsAndStops) {
  await_rows(1);
  ASSERT_EQ(post("/pause").status, 200);
  await_engine([](const Json& engine) { return engine["state"] == "paused"; });
  ASSERT_EQ(post("/resume").status, 200);
  const std::string item = await_engine([](const Json& engine) { return engine["state"] == "playing"; })["item"]["id"];
  ASSERT_EQ(post("/skip").status, 200);
  await_engine([&](const Json& engine) { return engine["item"].is_object() && engine["item"]["id"] != item; });
  await_as_run([](const auto& rows) { return !row_of(rows, "skipped").is_null(); });
  ASSERT_EQ(post("/stop-playback").status, 200);
  await_engine([](const Json& engine) { return engine["state"] == "idle"; });
  EXPECT_EQ(get()["status"], "running");
}

// The best of some tries: a busy machine makes one of them late, a fault all of them.
TEST_F(OnAir, ASkipIsOnAirWithinAFewFrames) {
  std::int64_t best_us = INT64_MAX;
  for (int i = 0; i < 3; ++i) {
    const Json engine = await_engine([](const Json& now) {
      return now["item"].is_object() && now["next"].is_object() && now["next"]["ready"] == true;
    });
    const auto asked_us =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    ASSERT_EQ(post("/skip").status, 200);
    const Json event = wyvern.event("playout.worker.item_ended", [&](const Json& one) {
      return one["data"]["result"] == "skipped" && one["data"]["item_id"] == engine["item"]["id"];
    });
    best_us = std::min(best_us, event["data"]["at_us"].get<std::int64_t>() - asked_us);
  }
  EXPECT_LT(best_us, 200'000);
}

TEST_F(OnAir, AStartIsAtTheReceiverWithinMoments) {
  auto best = std::chrono::milliseconds::max();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(post("/stop").status, 200);
    recorder.reset();
    const auto asked = std::chrono::steady_clock::now();
    start();
    best = std::min(best, std::chrono::duration_cast<std::chrono::milliseconds>(recorder->first_bytes(10s) - asked));
  }
  std::cout << "started within " << best.count() << " ms" << std::endl;
  // The benchmark holds the promise of half a second, on a machine of its own.
  EXPECT_LT(best, 800ms);
}

TEST_F(OnAir, TheItemOnAirIsLockedAndAnAppendedOneIsPlayed) {
  await_rows(1);
  const std::string on_air = get("/status")["engine"]["item"]["id"];
  const auto refused = wyvern.call("DELETE", "/playout/items/" + on_air);
  EXPECT_EQ(refused.status, 409) << refused.text;
  EXPECT_EQ(wyvern.call("PATCH", "/playout/items/" + on_air, {{"in_point", 0.5}}).status, 409);
  EXPECT_EQ(wyvern.call("DELETE", "/playout/playlists/" + playlist).status, 409);
  const auto list = wyvern.call("GET", "/playout/playlists/" + playlist + "/items").body;
  const auto added = wyvern.call("POST", "/playout/playlists/" + playlist + "/items",
                                 {{"asset_id", list[0]["asset_id"]}, {"in_point", 0}, {"out_point", 1}});
  ASSERT_EQ(added.status, 201) << added.text;
  await_as_run([&](const auto& rows) {
    return std::any_of(rows.begin(), rows.end(), [&](const Json& row) { return row["item_id"] == added.body["id"]; });
  });
}

TEST_F(OnAir, ThePreviewPlaysWithATicketAndNotWithout) {
  const auto ticket = post("/hls/ticket");
  ASSERT_EQ(ticket.status, 200);
  const std::string path = ticket.body["path"];
  std::string segment;
  ASSERT_TRUE(wyvern.await([&] {
    const auto list = wyvern.call_with("", "GET", path, "");
    if (list.status != 200) return false;
    const auto at = list.text.find("segment");
    if (at == std::string::npos) return false;
    segment = list.text.substr(at, list.text.find('\n', at) - at);
    return true;
  }));
  const std::string folder = path.substr(0, path.find("index.m3u8"));
  const auto bytes = wyvern.call_with("", "GET", folder + segment, "");
  EXPECT_EQ(bytes.status, 200);
  EXPECT_GT(bytes.text.size(), 1000U);
  EXPECT_EQ(bytes.text[0], 'G') << "not a transport stream";
  EXPECT_EQ(wyvern.call_with("", "GET", folder + "index.m3u8", "").status, 401);
  EXPECT_EQ(wyvern.call_with("", "GET", folder + "index.m3u8?ticket=1.2", "").status, 401);
}

}  // namespace
