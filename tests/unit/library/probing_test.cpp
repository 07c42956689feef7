#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library_room.hpp"

namespace wyvern::library {
namespace {

struct ProbingTest : testing::Test {
  test::LibraryRoom room;

  std::string media_of(const std::string& id) {
    return room.database.text("SELECT status FROM media_cache WHERE asset_id = $1", {id}).value_or("none");
  }
  void request(const std::string& id) {
    room.database.store.write([&](store::Session& session) { room.staging->request(session, id); });
  }
};

TEST_F(ProbingTest, AGoodObjectBecomesReadyWithWhatTheProbeFound) {
  room.start();
  room.put("day/clip.mp4", "GOOD picture and sound");
  const auto id = room.create("day/clip.mp4");
  const auto asset = room.settled(id);
  EXPECT_EQ(asset["status"], "ready") << asset.dump();
  EXPECT_EQ(asset["storage"], "media");
  EXPECT_EQ(asset["filename"], "clip.mp4");
  EXPECT_EQ(asset["duration_ms"], 4000);
  EXPECT_EQ(asset["width"], 640);
  EXPECT_EQ(asset["framerate"], 29.97);
  EXPECT_EQ(asset["audio_channels"], 2);
  EXPECT_EQ(asset["size_bytes"], 22);
  EXPECT_EQ(asset["checksum"], test::checksum_of("GOOD picture and sound"));
  EXPECT_EQ(asset["media"], (Json{{"scan", "progressive"}, {"video_codec", "fixture"}}));
  EXPECT_EQ(asset["media_status"], nullptr);
  std::vector<std::string> states;
  for (const auto& event : room.database.events("library.asset.changed")) states.push_back(event.data["status"]);
  EXPECT_EQ(states, (std::vector<std::string>{"processing", "ready"}));
}

TEST_F(ProbingTest, MediaThatWereAskedForDuringTheProbeAreStagedAfterIt) {
  room.put("clip.mp4", "GOOD");
  const auto id = room.create("clip.mp4");
  request(id);
  EXPECT_EQ(room.asset(id)["media_status"], "pending");
  room.start();
  EXPECT_TRUE(room.database.wait_until([&] { return room.asset(id)["media_status"] == "ready"; }));
  EXPECT_EQ(test::get_file(*room.database.text("SELECT path FROM media_cache")), "GOOD");
}

TEST_F(ProbingTest, AnObjectThatCrashesTheDecoderIsInErrorAndSoAreItsMedia) {
  room.put("bad.mp4", "CRASH");
  const auto id = room.create("bad.mp4");
  request(id);
  room.start();
  const auto asset = room.settled(id);
  EXPECT_EQ(asset["status"], "error");
  EXPECT_THAT(asset["error_message"].get<std::string>(),
              testing::HasSubstr("crashed (SIGSEGV) while it read 'bad.mp4'"));
  EXPECT_EQ(asset["media_status"], "error");
}

TEST_F(ProbingTest, AnEmptyObjectIsNotAskedAboutAtAll) {
  room.start();
  room.put("empty.mp4", "");
  EXPECT_EQ(room.settled(room.create("empty.mp4"))["error_message"], "'empty.mp4' is empty: its object has 0 bytes");
}

TEST_F(ProbingTest, ABrokenObjectSaysWhatTheEngineSaid) {
  room.start();
  room.put("cut.mp4", "BROKEN");
  EXPECT_EQ(room.settled(room.create("cut.mp4"))["error_message"], "'cut.mp4': its end is missing");
}

TEST_F(ProbingTest, AProbeThatHangsHoldsUpNoOther) {
  room.probe_timeout = std::chrono::milliseconds(1500);
  room.restart();
  room.put("hang.mp4", "HANG");
  room.put("good.mp4", "GOOD");
  const auto hanging = room.create("hang.mp4");
  const auto good = room.create("good.mp4");
  EXPECT_EQ(room.settled(good)["status"], "ready");
  EXPECT_EQ(room.asset(hanging)["status"], "processing");
  EXPECT_THAT(room.settled(hanging)["error_message"].get<std::string>(), testing::HasSubstr("did not come to an end"));
}

TEST_F(ProbingTest, AProbeThatIsCancelledEndsTheProcessingAndCanBeTriedAgain) {
  room.start();
  room.put("clip.mp4", "HANG");
  const auto id = room.create("clip.mp4");
  const auto job = room.database.text("SELECT id FROM jobs").value();
  ASSERT_TRUE(room.database.wait_until([&] { return room.database.text("SELECT status FROM jobs") == "running"; }));
  EXPECT_EQ(room.caller->call("staging.jobs.cancel", {{"id", job}}).status, 200);
  EXPECT_EQ(room.asset(id)["status"], "error");
  EXPECT_EQ(room.asset(id)["error_message"], "the probe job was cancelled by admin");
  room.put("clip.mp4", "GOOD");
  EXPECT_EQ(room.caller->call("staging.jobs.retry", {{"id", job}}).status, 200);
  EXPECT_EQ(room.settled(id)["status"], "ready");
}

TEST_F(ProbingTest, AProbeThatWasInterruptedGoesOnAfterARestart) {
  room.put("clip.mp4", "HANG");
  room.start();
  const auto id = room.create("clip.mp4");
  ASSERT_TRUE(room.database.wait_until([&] { return room.database.text("SELECT status FROM jobs") == "running"; }));
  room.put("clip.mp4", "GOOD");
  room.restart();
  EXPECT_EQ(room.settled(id)["status"], "ready");
}

TEST_F(ProbingTest, AnAssetThatWasLeftInProcessingIsProbedAtTheNextStart) {
  room.put("clip.mp4", "GOOD");
  const auto id = room.create("clip.mp4");
  room.database.run("DELETE FROM jobs");
  room.start();
  EXPECT_EQ(room.settled(id)["status"], "ready");
}

TEST_F(ProbingTest, AnObjectOfAStorageWithoutLocalFilesIsStagedAndProbedInOneReading) {
  room.start();
  int reads = 0;
  room.remote.before_read = [&](const std::string&, std::uint64_t offset) { reads += offset == 0 ? 1 : 0; };
  room.remote.put("far/clip.mov", {.bytes = "GOOD from afar"});
  const auto id = room.create("far/clip.mov", {{"storage", "remote"}});
  const auto asset = room.settled(id);
  EXPECT_EQ(asset["status"], "ready") << asset.dump();
  EXPECT_EQ(asset["checksum"], test::checksum_of("GOOD from afar"));
  EXPECT_EQ(asset["media_status"], "ready");
  EXPECT_EQ(test::get_file(room.folder.path() / "cache" / (id + ".mov")), "GOOD from afar");
  EXPECT_EQ(reads, 1);
}

TEST_F(ProbingTest, AnObjectThatChangedSinceItsProbeIsProbedAgainAndThenStaged) {
  room.start();
  room.put("clip.mp4", "GOOD");
  const auto id = room.create("clip.mp4");
  ASSERT_EQ(room.settled(id)["status"], "ready");
  room.put("clip.mp4", "GOOD and longer");
  request(id);
  EXPECT_TRUE(room.database.wait_until([&] { return media_of(id) == "ready"; }));
  EXPECT_EQ(room.asset(id)["size_bytes"], 15);
  EXPECT_EQ(test::get_file(*room.database.text("SELECT path FROM media_cache")), "GOOD and longer");
}

TEST_F(ProbingTest, AnObjectThatVanishedBeforeItsProbeEndsInError) {
  room.put("clip.mp4", "GOOD");
  const auto id = room.create("clip.mp4");
  std::filesystem::remove(room.folder.path() / "media" / "clip.mp4");
  room.start();
  EXPECT_EQ(room.settled(id)["status"], "error");
  EXPECT_THAT(room.asset(id)["error_message"].get<std::string>(), testing::HasSubstr("clip.mp4"));
}

TEST_F(ProbingTest, ALiveAssetIsClosedByItsIdAndProbed) {
  room.start();
  room.put("take.ts", "GOOD");
  const auto id = room.database.add_asset("media", "take.ts", "live", std::nullopt);
  EXPECT_EQ(room.caller->call("library.assets.finalize", {{"id", id}}).json()["status"], "processing");
  EXPECT_EQ(room.settled(id)["status"], "ready");
  const auto again = room.caller->call("library.assets.finalize", {{"id", id}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.error(), "the asset is ready; only a live one can be finalized");
}

}  // namespace
}  // namespace wyvern::library
