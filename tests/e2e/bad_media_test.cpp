// Clips that cannot be played: found when they are probed, or else stepped over by the ladder of the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "air.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using wyvern::test::Air;
using wyvern::test::Deployment;
using wyvern::test::row_of;
using Json = nlohmann::json;

// ---- found by the probe ----

class BadClip : public testing::Test {
 protected:
  // The asset of a file in the library, once it was probed.
  Json probed(const std::string& name) {
    const auto made = wyvern.call("POST", "/assets", {{"key", name}});
    EXPECT_EQ(made.status, 201) << made.text;
    const std::string id = made.body["id"];
    Json asset;
    EXPECT_TRUE(wyvern.await([&] {
      asset = wyvern.call("GET", "/assets/" + id).body;
      return asset["status"] != "processing";
    })) << asset;
    return asset;
  }
  void expect_found(const std::string& name, const std::string& reason) {
    const Json asset = probed(name);
    EXPECT_EQ(asset["status"], "error");
    const auto error = asset["error_message"].get<std::string>();
    EXPECT_THAT(error, AllOf(HasSubstr("'" + name + "'"), HasSubstr(reason)));
    EXPECT_TRUE(wyvern.logged("'" + name + "'")) << wyvern.log();
    const Json event = wyvern.event("library.asset.changed", [&](const Json& one) {
      return one["subject"] == asset["id"] && one["data"]["status"] == "error";
    });
    EXPECT_EQ(event["data"]["error_message"], error);

    // An item of it says the same, and is never sent to air.
    const auto channel = wyvern.channel();
    const auto playlist = wyvern.call("POST", "/playout/playlists", {{"channel_id", channel}, {"name", "List"}})
                              .body["id"]
                              .get<std::string>();
    const auto item = wyvern.call("POST", "/playout/playlists/" + playlist + "/items", {{"asset_id", asset["id"]}});
    ASSERT_EQ(item.status, 201) << item.text;
    const Json items = wyvern.call("GET", "/playout/playlists/" + playlist + "/items").body;
    EXPECT_EQ(items[0]["media_status"], "error");
    EXPECT_THAT(items[0]["error_message"].get<std::string>(), HasSubstr(error));
    ASSERT_EQ(wyvern.call("POST", "/playout/channels/" + channel + "/start").status, 200);
    const auto play = wyvern.call("POST", "/playout/channels/" + channel + "/play", {{"playlist_id", playlist}});
    EXPECT_EQ(play.status, 409) << play.text;
    EXPECT_EQ(play.body["pending"], Json::array({item.body["id"]}));
    EXPECT_EQ(wyvern.call("GET", "/playout/channels/" + channel + "/asrun").body, Json::array());
    // Nothing of it stays in the media cache.
    for (const auto& file : fs::directory_iterator(wyvern.folder() / "state" / "media-cache"))
      EXPECT_EQ(file.path().filename(), ".lock");
  }
  fs::path file(const std::string& name) const { return wyvern.library() / name; }

  Deployment wyvern;
};

TEST_F(BadClip, ThatIsEmptyIsFound) {
  std::ofstream(file("empty.mp4")).flush();
  expect_found("empty.mp4", "is empty");
}

TEST_F(BadClip, ThatIsNoMediaAtAllIsFound) {
  std::ofstream(file("letter.mp4")) << std::string(5000, 'w');
  expect_found("letter.mp4", "");
}

TEST_F(BadClip, ThatLostItsEndIsFound) {
  wyvern.make_clip("short.mp4", 4);
  fs::resize_file(file("short.mp4"), fs::file_size(file("short.mp4")) * 3 / 4);
  expect_found("short.mp4", "cut off");
}

TEST_F(BadClip, WhoseMiddleIsGarbageIsFoundOrPlayable) {
  wyvern.make_clip("scratched.mp4", 4);
  const auto size = fs::file_size(file("scratched.mp4"));
  std::fstream scratch(file("scratched.mp4"), std::ios::in | std::ios::out | std::ios::binary);
  scratch.seekp(static_cast<std::streamoff>(size / 2));
  scratch << std::string(size / 4, '\xff');
  scratch.close();
  const Json asset = probed("scratched.mp4");
  if (asset["status"] == "error") {
    EXPECT_THAT(asset["error_message"].get<std::string>(), HasSubstr("scratched.mp4"));
  } else {
    EXPECT_EQ(asset["status"], "ready");
    EXPECT_GT(asset["duration_ms"], 3000);
  }
}

TEST_F(BadClip, WithoutAPictureIsFound) {
  const std::string command =
      "ffmpeg -v error -y -f lavfi -i sine=duration=2 -c:a aac '" + file("sound.mp4").string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
  expect_found("sound.mp4", "no picture");
}

TEST_F(BadClip, ThatIsNotThereIsRefused) {
  const auto refused = wyvern.call("POST", "/assets", {{"key", "nowhere.mp4"}});
  EXPECT_EQ(refused.status, 404);
  EXPECT_THAT(refused.body["error"].get<std::string>(), AllOf(HasSubstr("nowhere.mp4"), HasSubstr("storage 'media'")));
  EXPECT_EQ(wyvern.call("GET", "/assets").body, Json::array());
}

TEST_F(BadClip, ThatVanishedBeforeItWasStagedIsNamedByItsItem) {
  wyvern.make_clip("gone.mp4");
  const auto asset = wyvern.asset("gone.mp4");
  fs::remove(file("gone.mp4"));
  const auto channel = wyvern.channel();
  const auto playlist = wyvern.call("POST", "/playout/playlists", {{"channel_id", channel}, {"name", "List"}})
                            .body["id"]
                            .get<std::string>();
  ASSERT_EQ(wyvern.call("POST", "/playout/playlists/" + playlist + "/items", {{"asset_id", asset}}).status, 201);
  Json item;
  EXPECT_TRUE(wyvern.await([&] {
    item = wyvern.call("GET", "/playout/playlists/" + playlist + "/items").body[0];
    return item["media_status"] == "error";
  })) << item;
  EXPECT_THAT(item["error_message"].get<std::string>(), HasSubstr("gone.mp4"));
  EXPECT_TRUE(wyvern.logged("gone.mp4")) << wyvern.log();
  // It is back: staged by one call.
  wyvern.make_clip("gone.mp4");
  ASSERT_EQ(wyvern.call("POST", "/playout/items/" + item["id"].get<std::string>() + "/stage").status, 200);
  wyvern.await_staged(playlist);
}

// ---- on air all the same ----

class BrokenOnAir : public testing::Test {
 protected:
  void SetUp() override { air.make_channel(); }
  fs::path cached(const std::string& asset) const {
    return air.wyvern.folder() / "state" / "media-cache" / (asset + ".mp4");
  }
  // Every frame of the stream is there: whatever is shown, the channel stays on air.
  static void expect_no_hole(const wyvern::media::SeenStream& stream) {
    ASSERT_GT(stream.frames.size(), 25U);
    EXPECT_EQ(stream.lost_packets, 0);
    for (std::size_t i = 1; i < stream.frames.size(); ++i)
      ASSERT_NEAR(stream.frames[i].at_s - stream.frames[i - 1].at_s, 0.04, 0.001) << "at frame " << i;
  }
  void expect_on_air() const {
    EXPECT_EQ(air.get()["status"], "running");
    EXPECT_EQ(air.get()["restart_count"], 0);
  }

  Air air;
};

TEST_F(BrokenOnAir, AClipThatWasDeletedAfterItWasStagedIsLeftOutBeforeItsTime) {
  const auto first = air.asset(1);
  const auto second = air.asset(2);
  const auto third = air.asset(3);
  const auto playlist = air.wyvern.playlist(air.channel, {first, second, third}, false);
  fs::remove(cached(second));
  air.start();
  air.play(playlist);
  const auto rows = air.await_as_run([](const auto& all) { return !row_of(all, "played", "clip-3.mp4").is_null(); });
  const Json failed = row_of(rows, "failed", "clip-2.mp4");
  ASSERT_TRUE(failed.is_object()) << Json(rows);
  EXPECT_THAT(failed["reason"].get<std::string>(), AllOf(HasSubstr("no such file"), HasSubstr(second)));
  const Json before = row_of(rows, "played", "clip-1.mp4");
  const Json after = row_of(rows, "played", "clip-3.mp4");
  EXPECT_EQ(before["end_frame"], after["start_frame"]) << "something was seen between them";
  EXPECT_EQ(after["frames_sent"], 75);
  expect_on_air();
  expect_no_hole(air.received());
}

TEST_F(BrokenOnAir, AClipThatBreaksOffWhileItPlaysGivesWayToTheNext) {
  // Longer than what the engine reads ahead: its file loses its end while its beginning is on air.
  const auto breaking = air.asset(1, 600);
  const auto next = air.asset(2);
  const auto playlist = air.wyvern.playlist(air.channel, {breaking, next}, false);
  air.start();
  air.play(playlist);
  air.await_engine([](const Json& engine) {
    const Json item = engine.value("item", Json());
    return item.is_object() && item.value("position_frames", 0) >= 25;
  });
  fs::resize_file(cached(breaking), fs::file_size(cached(breaking)) / 2);
  const auto rows =
      air.await_as_run([](const auto& all) { return !row_of(all, "played", "clip-2.mp4").is_null(); }, 90s);
  const Json failed = row_of(rows, "failed", "clip-1.mp4");
  ASSERT_TRUE(failed.is_object()) << Json(rows);
  EXPECT_FALSE(failed["reason"].get<std::string>().empty());
  EXPECT_GE(failed["frames_sent"], 25);
  EXPECT_LT(failed["frames_sent"], 600);
  const Json taken_over = row_of(rows, "played", "clip-2.mp4");
  EXPECT_EQ(failed["end_frame"], taken_over["start_frame"]);
  EXPECT_EQ(taken_over["frames_sent"], 75);
  const Json step = air.wyvern.event("playout.worker.step_down");
  EXPECT_EQ(step["data"]["rung"], "next");
  EXPECT_EQ(step["data"]["reason"], failed["reason"]);
  expect_on_air();
  expect_no_hole(air.received());
}

TEST_F(BrokenOnAir, AListOfWhichNothingIsLeftEndsInTheSlateWithItsReasonAndANewListPlays) {
  const auto first = air.asset(1);
  const auto second = air.asset(2);
  const auto broken = air.wyvern.playlist(air.channel, {first});
  const auto good = air.wyvern.playlist(air.channel, {second}, false);
  fs::resize_file(cached(first), 0);
  air.start();
  air.play(broken);
  const auto rows = air.await_as_run([](const auto& all) { return !row_of(all, "failed").is_null(); });
  const auto reason = row_of(rows, "failed")["reason"].get<std::string>();
  EXPECT_FALSE(reason.empty());
  const Json engine = air.await_engine([](const Json& one) { return one["reason"].is_string(); });
  EXPECT_EQ(engine["rung"], "slate");
  EXPECT_THAT(engine["reason"].get<std::string>(), HasSubstr(reason));
  expect_on_air();
  air.play(good);
  air.await_as_run([](const auto& all) { return !row_of(all, "played", "clip-2.mp4").is_null(); });
  expect_no_hole(air.received());
}

}  // namespace
