// What dies and what goes on: a whole deployment on air, watched by a receiver, while parts of it are killed.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <iostream>

#include "deployment.hpp"
#include "srt_recorder.hpp"
#include "stream_analyser.hpp"

namespace {

using namespace std::chrono_literals;
using wyvern::media::ClipSpec;
using wyvern::media::ExpectedItem;
using wyvern::test::await;
using wyvern::test::Deployment;
using Json = nlohmann::json;

class OnAir : public ::testing::Test {
 protected:
  static constexpr int width = 640;
  static constexpr int height = 360;

  void SetUp() override {
    std::vector<std::string> assets;
    for (int id = 1; id <= 3; ++id) {
      ClipSpec spec;
      spec.path = (wyvern.library() / ("clip-" + std::to_string(id) + ".mp4")).string();
      spec.id = id;
      spec.width = width;
      spec.height = height;
      spec.frames = 75;
      spec.audio_ms = 3000;
      wyvern::media::make_clip(spec);
      items.push_back({spec});
      assets.push_back(wyvern.asset("clip-" + std::to_string(id) + ".mp4"));
    }
    port = wyvern::media::free_port();
    channel =
        wyvern.channel({{"video_format", "640x360p2500"},
                        {"output_config", {{"url", "srt://127.0.0.1:" + std::to_string(port) + "?mode=listener"}}}});
    playlist = wyvern.playlist(channel, assets);

    const auto started = post("/start");
    ASSERT_EQ(started.status, 200) << started.text << wyvern.log();
    recorder = std::make_unique<wyvern::media::SrtRecorder>(port, recording());
    ASSERT_NE(recorder->first_bytes(10s), std::chrono::steady_clock::time_point::max());
    const auto playing = post("/play", {{"playlist_id", playlist}});
    ASSERT_EQ(playing.status, 200) << playing.text;
  }

  wyvern::test::Answer post(const std::string& action, const Json& body = Json::object()) const {
    return wyvern.call("POST", "/playout/channels/" + channel + action, body);
  }
  Json get(const std::string& what = "") const {
    return wyvern.call("GET", "/playout/channels/" + channel + what).body;
  }
  std::string recording() const { return (wyvern.folder() / "received.ts").string(); }
  // Oldest first.
  std::vector<Json> as_run() const {
    const Json rows = get("/asrun");
    std::vector<Json> all(rows.begin(), rows.end());
    std::reverse(all.begin(), all.end());
    return all;
  }
  bool await_rows(std::size_t count, std::chrono::milliseconds deadline = 40s) const {
    return await([&] { return get("/asrun").size() >= count; }, deadline);
  }

  Deployment wyvern;
  std::vector<ExpectedItem> items;
  int port = 0;
  std::string channel;
  std::string playlist;

  std::unique_ptr<wyvern::media::SrtRecorder> recorder;
};

TEST_F(OnAir, TheAsRunListsEachItemWithPlannedAndObservedTimes) {
  ASSERT_TRUE(await_rows(3));
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
  ASSERT_TRUE(await_rows(2));
  const pid_t worker = wyvern.worker_pid(channel);
  const auto before = recorder->bytes();
  wyvern.kill();
  // Long enough for items to begin and end while nobody listens to the worker.
  ASSERT_TRUE(await([&] { return recorder->bytes() > before + 1'500'000; }, 30s)) << "the picture stopped";
  wyvern.start();
  ASSERT_TRUE(await([&] { return get()["status"] == "running"; }));
  EXPECT_EQ(get()["restart_count"], 0);
  EXPECT_EQ(wyvern.worker_pid(channel), worker) << "the worker was restarted, not adopted";
  const auto rows_then = get("/asrun").size();
  ASSERT_TRUE(await_rows(rows_then + 4));

  const auto rows = as_run();
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    EXPECT_EQ(rows[i]["result"], "played") << rows[i];
    EXPECT_EQ(rows[i]["end_frame"], rows[i + 1]["start_frame"]) << "a hole in the as-run after " << rows[i];
  }
  recorder->stop();
  const auto stream = wyvern::media::decode_stream(recording(), {16.0 / 9});
  const auto report = wyvern::media::analyse(stream, items, 25, 1);
  std::cout << report.text() << std::endl;
  EXPECT_EQ(report.lost, 0);
  EXPECT_EQ(report.doubled, 0);
  EXPECT_EQ(report.irregular, 0);
  EXPECT_GE(report.items, 3);
}

TEST_F(OnAir, AWorkerThatIsKilledIsBackAtItsItemWithTheLossInTheAsRun) {
  ASSERT_TRUE(await_rows(2));
  ASSERT_TRUE(await([&] {
    const Json item = get("/status")["engine"].value("item", Json());
    return item.is_object() && item.value("position_frames", 0) > 10 && item.value("position_frames", 0) < 40;
  }));
  const std::string item = get("/status")["engine"]["item"]["id"];
  const auto killed_at = std::chrono::steady_clock::now();
  ::kill(wyvern.worker_pid(channel), SIGKILL);
  ASSERT_TRUE(await([&] {
    const Json status = get("/status");
    return status.value("running", false) && status["engine"].is_object() && status["engine"]["state"] == "playing" &&
           status["engine"]["item"].is_object();
  })) << wyvern.log();
  const auto back = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - killed_at);
  std::cout << "on air again after " << back.count() << " ms" << std::endl;
  EXPECT_EQ(get()["restart_count"], 1);
  ASSERT_TRUE(await([&] {
    const auto rows = as_run();
    return std::any_of(rows.begin(), rows.end(), [](const Json& row) { return row["result"] == "loss"; }) &&
           rows.back()["result"] == "on_air";
  }));
  const auto rows = as_run();
  const auto lost = std::find_if(rows.begin(), rows.end(), [](const Json& row) { return row["result"] == "lost"; });
  ASSERT_NE(lost, rows.end());
  EXPECT_EQ((*lost)["item_id"], item);
  const auto loss = std::find_if(rows.begin(), rows.end(), [](const Json& row) { return row["result"] == "loss"; });
  ASSERT_NE(loss + 1, rows.end());
  EXPECT_EQ((*(loss + 1))["item_id"], item) << "it came back at another item";
  EXPECT_GT((*(loss + 1))["offset_frames"], 0) << "it began the item anew";
}

TEST_F(OnAir, StopLeavesNothingRunningAndClosesTheAsRun) {
  ASSERT_TRUE(await_rows(1));
  ASSERT_EQ(post("/stop").status, 200);
  EXPECT_EQ(wyvern.worker_pid(channel), 0);
  const auto rows = as_run();
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.back()["result"], "stopped") << rows.back();
  EXPECT_TRUE(rows.back()["ended_at"].is_string());
}

TEST_F(OnAir, TransportPausesResumesSkipsAndStops) {
  ASSERT_TRUE(await_rows(1));
  ASSERT_EQ(post("/pause").status, 200);
  EXPECT_TRUE(await([&] { return get("/status")["engine"]["state"] == "paused"; }));
  ASSERT_EQ(post("/resume").status, 200);
  EXPECT_TRUE(await([&] { return get("/status")["engine"]["state"] == "playing"; }));
  const std::string item = get("/status")["engine"]["item"]["id"];
  ASSERT_EQ(post("/skip").status, 200);
  EXPECT_TRUE(await([&] {
    const Json now = get("/status")["engine"]["item"];
    return now.is_object() && now["id"] != item;
  }));
  EXPECT_TRUE(await([&] {
    const auto rows = as_run();
    return std::any_of(rows.begin(), rows.end(), [](const Json& row) { return row["result"] == "skipped"; });
  }));
  ASSERT_EQ(post("/stop-playback").status, 200);
  EXPECT_TRUE(await([&] { return get("/status")["engine"]["state"] == "idle"; }));
  EXPECT_EQ(get()["status"], "running");
}

TEST_F(OnAir, TheItemOnAirIsLockedAndAnAppendedOneIsPlayed) {
  ASSERT_TRUE(await_rows(1));
  const std::string on_air = get("/status")["engine"]["item"]["id"];
  const auto refused = wyvern.call("DELETE", "/playout/items/" + on_air);
  EXPECT_EQ(refused.status, 409) << refused.text;
  EXPECT_EQ(wyvern.call("PATCH", "/playout/items/" + on_air, {{"in_point", 0.5}}).status, 409);
  EXPECT_EQ(wyvern.call("DELETE", "/playout/playlists/" + playlist).status, 409);
  const auto list = wyvern.call("GET", "/playout/playlists/" + playlist + "/items").body;
  const auto added = wyvern.call("POST", "/playout/playlists/" + playlist + "/items",
                                 {{"asset_id", list[0]["asset_id"]}, {"in_point", 0}, {"out_point", 1}});
  ASSERT_EQ(added.status, 201) << added.text;
  EXPECT_TRUE(await(
      [&] {
        const auto rows = as_run();
        return std::any_of(rows.begin(), rows.end(),
                           [&](const Json& row) { return row["item_id"] == added.body["id"]; });
      },
      30s))
      << get("/asrun");
}

TEST_F(OnAir, ThePreviewPlaysWithATicketAndNotWithout) {
  const auto ticket = post("/hls/ticket");
  ASSERT_EQ(ticket.status, 200);
  const std::string path = ticket.body["path"];
  std::string segment;
  ASSERT_TRUE(await([&] {
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
