// The engine through its C table, with real clips in real time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "loaded_engine.hpp"
#include "marked_clips.hpp"
#include "waiting.hpp"
#include "wyvern/result.hpp"

namespace wyvern::feeder::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

Json item(const std::string& id, const media::ClipSpec& spec) {
  return {{"id", id},
          {"asset_id", "asset-" + id},
          {"clip_name", id},
          {"media_path", spec.path},
          {"duration_ms", spec.frames * 40}};
}

Json list(std::initializer_list<Json> items, bool loop = false) {
  return {{"playlist_id", "p"}, {"load_id", "l"}, {"loop", loop}, {"items", items}};
}

// Without outputs: decisions and decoding are all that runs.
Json bare_channel() { return media::channel_json(320, 180, 25, 1, Json::array()); }

wyv_status status_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Failure& failure) {
    return failure.error().status;
  }
  return WYV_OK;
}

TEST(Transport, RunsAListFromLoadToItsEndWithATrueAsRun) {
  const auto a = made(clip("whole.mp4"));
  const auto b = made(clip("two.mp4", 5, 2));
  media::LoadedEngine engine;
  engine.configure(bare_channel());
  engine.start_channel();
  engine.load(list({item("a", a), item("b", b)}));
  const auto end = engine.wait_for("playback_ended", 30s);
  EXPECT_EQ(end["reason"], "end");
  std::vector<std::string> types;
  std::int64_t last_frame = 0;
  for (const auto& event : engine.events()) {
    types.push_back(event["type"]);
    if (!event.contains("frame")) continue;
    EXPECT_GE(event["frame"].get<std::int64_t>(), last_frame);
    last_frame = event["frame"];
  }
  EXPECT_THAT(types, testing::ElementsAre("channel_started", "item_started", "item_ended", "item_started", "item_ended",
                                          "playback_ended"));
  const auto first = engine.wait_for("item_started", 1s);
  const auto first_end = engine.wait_for("item_ended", 1s);
  const auto second = engine.wait_for("item_started", 1s, 2);
  EXPECT_EQ(first_end["frames_sent"], 50);
  EXPECT_EQ(second["frame"].get<std::int64_t>() - first["frame"].get<std::int64_t>(), 50);
  EXPECT_EQ(second["at_us"].get<std::int64_t>() - first["at_us"].get<std::int64_t>(), 2'000'000);
  EXPECT_EQ(first["asset_id"], "asset-a");
  EXPECT_EQ(first["load_id"], "l");
  EXPECT_EQ(engine.status()["state"], "idle");
}

TEST(Transport, TakesPauseResumeSkipAndStop) {
  const auto a = made(clip("long.mp4", 2, 250));
  media::LoadedEngine engine;
  engine.configure(bare_channel());
  engine.start_channel();
  EXPECT_EQ(status_of([&] { engine.skip(); }), WYV_WRONG_STATE);
  EXPECT_EQ(status_of([&] { engine.start_channel(); }), WYV_WRONG_STATE);
  engine.load(list({item("a", a), item("b", a)}));
  engine.wait_for("item_started", 10s);
  engine.pause();
  engine.pause();
  EXPECT_EQ(engine.status()["state"], "paused");
  engine.resume();
  engine.skip();
  EXPECT_EQ(engine.wait_for("item_started", 10s, 2)["item_id"], "b");
  engine.stop_playback();
  EXPECT_EQ(engine.wait_for("playback_ended", 10s)["reason"], "stopped");
  EXPECT_EQ(engine.status()["state"], "idle");
  engine.load(list({item("c", a)}));
  EXPECT_EQ(engine.wait_for("item_started", 10s, 3)["item_id"], "c");
  engine.stop_channel();
  engine.stop_channel();
  EXPECT_EQ(engine.status()["state"], "stopped");
  EXPECT_EQ(engine.events().back()["type"], "playback_ended");
}

TEST(Transport, PlaysAListThatWasLoadedBeforeTheChannelWentOnAir) {
  const auto a = made(clip("whole.mp4"));
  media::LoadedEngine engine;
  engine.configure(bare_channel());
  engine.load(list({item("a", a)}, true));
  engine.start_channel();
  EXPECT_EQ(engine.wait_for("item_started", 10s)["item_id"], "a");
}

TEST(Transport, ResumesInTheMiddleOfAnItemAfterACrash) {
  const auto a = made(clip("long.mp4", 2, 250));
  media::LoadedEngine engine;
  engine.configure(bare_channel());
  engine.start_channel();
  auto resumed = list({item("a", a), item("b", a)});
  resumed["start"] = {{"index", 1}, {"offset_ms", 9000}};
  engine.load(resumed);
  const auto started = engine.wait_for("item_started", 10s);
  EXPECT_EQ(started["item_id"], "b");
  EXPECT_EQ(started["offset_frames"], 225);
  EXPECT_EQ(engine.wait_for("item_ended", 10s)["frames_sent"], 25);
}

TEST(Transport, DiscardsABrokenClipBeforeItsTime) {
  const auto a = made(clip("whole.mp4"));
  const std::string words = clip_folder() + "unit-words.mp4";
  std::ofstream(words) << std::string(5000, 'w');
  media::ClipSpec broken = a;
  broken.path = words;
  media::LoadedEngine engine;
  engine.configure(bare_channel());
  engine.start_channel();
  engine.load(list({item("a", a), item("broken", broken), item("c", a)}));
  EXPECT_EQ(engine.wait_for("item_discarded", 10s)["item_id"], "broken");
  EXPECT_EQ(engine.wait_for("item_started", 10s, 2)["item_id"], "c");
  const auto status = engine.status();
  EXPECT_EQ(status["rung"], "item");
}

TEST(Preview, IsMadeInAFolderThatOldSegmentsWereRemovedFrom) {
  const std::string folder = clip_folder() + "preview";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/segment99999.ts") << "old";
  std::filesystem::remove(folder + "/index.m3u8");
  const wyvern::test::FolderWatch watch(folder);
  media::LoadedEngine engine(Json{{"preview", {{"segment_s", 1}}}});
  auto channel = bare_channel();
  channel["preview"] = {{"directory", folder}};
  engine.configure(channel);
  engine.start_channel();
  EXPECT_FALSE(std::filesystem::exists(folder + "/segment99999.ts"));
  // The list is there a moment before anything stands in it.
  std::string text;
  const auto listed = [&] {
    std::ifstream index(folder + "/index.m3u8");
    text.assign(std::istreambuf_iterator<char>(index), std::istreambuf_iterator<char>());
    return text.find("#EXTINF") != std::string::npos;
  };
  EXPECT_TRUE(watch.await(listed, 30s)) << text;
  EXPECT_NE(text.find("\nsegment00000.ts"), std::string::npos) << "lines resolve beside the list: " << text;
  EXPECT_EQ(engine.status()["preview"]["state"], "live");
}

TEST(Preview, IsAbsentWhenItIsNotConfigured) {
  media::LoadedEngine engine;
  engine.configure(bare_channel());
  EXPECT_TRUE(engine.status()["preview"].is_null());
}

TEST(Channel, RefusesAFormatThatIsNoneAndAnOutputThatItCannotFeed) {
  media::LoadedEngine engine;
  EXPECT_EQ(status_of([&] { engine.configure(media::channel_json(0, 180, 25, 1, Json::array())); }), WYV_INVALID);
  EXPECT_EQ(status_of([&] { engine.configure(media::channel_json(320, 180, 25, 0, Json::array())); }), WYV_INVALID);
  const Json raw{{"id", "x"}, {"rendered", {{"takes", "raw"}, {"elements", {{{"factory", "fakesink"}}}}}}};
  EXPECT_EQ(status_of([&] { engine.configure(media::channel_json(320, 180, 25, 1, Json::array({raw}))); }),
            WYV_UNSUPPORTED);
}

}  // namespace
}  // namespace wyvern::feeder::test
