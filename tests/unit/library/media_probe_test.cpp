#include "library/media_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "plugin_host/scratch_folder.hpp"

namespace wyvern::library {
namespace {

using namespace std::chrono_literals;

struct MediaProbeTest : testing::Test {
  test::ScratchFolder folder;
  ProbeCommand command{WYVERN_PROBE_CHILD, WYVERN_FIXTURE_ENGINE, "main", Json::object()};

  Result<Json> probe(
      const std::string& content, std::chrono::milliseconds timeout = 20s,
      const std::function<bool()>& keep_on = [] { return true; }) {
    test::put_file(folder.path() / "clip.mp4", content);
    return probe_media(command, folder.path() / "clip.mp4", "clip.mp4", timeout, keep_on);
  }
};

TEST_F(MediaProbeTest, ReturnsWhatTheEngineSays) {
  const auto media = probe("GOOD").or_throw();
  EXPECT_EQ(media["width"], 640);
  EXPECT_EQ(media["video_codec"], "fixture");
}

TEST_F(MediaProbeTest, HandsTheEngineItsSettings) {
  command.engine_settings = {{"width", 720}};
  EXPECT_EQ(probe("GOOD").or_throw()["width"], 720);
}

TEST_F(MediaProbeTest, IsNotDisturbedByALibraryThatPrints) { EXPECT_EQ(probe("NOISE").or_throw()["height"], 360); }

TEST_F(MediaProbeTest, SaysWhichSignalADecoderCrashedWith) {
  const auto error = probe("CRASH").error();
  EXPECT_EQ(error.code, "media.probe_crashed");
  EXPECT_EQ(error.message,
            "the decoder crashed (SIGSEGV) while it read 'clip.mp4'; the file is damaged, or the decoder has a fault");
  EXPECT_FALSE(error.retryable);
  EXPECT_THAT(probe("ABORT").error().message, testing::HasSubstr("SIGABRT"));
  EXPECT_THAT(probe("EXIT").error().message, testing::HasSubstr("exit code 7"));
}

TEST_F(MediaProbeTest, KillsADecoderThatHangsWithEverythingItStarted) {
  const auto begun = std::chrono::steady_clock::now();
  const auto error = probe("HANG", 1s).error();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  EXPECT_EQ(error.code, "media.probe_timeout");
  EXPECT_THAT(error.message, testing::HasSubstr("'clip.mp4' within 1 s"));
  const auto grandchild = test::get_file(folder.path() / "clip.mp4.child");
  const auto lives = [&] {
    std::ifstream stat("/proc/" + grandchild + "/stat");
    std::string number, name, state;
    return (stat >> number >> name >> state) && state != "Z" && state != "X";
  };
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (lives() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_FALSE(lives()) << grandchild;
}

TEST_F(MediaProbeTest, RefusesWhatIsNoDescriptionOfMedia) {
  EXPECT_EQ(probe("GARBAGE").error().code, "media.probe_garbage");
  EXPECT_EQ(probe("NEGATIVE").error().code, "media.probe_garbage");
  EXPECT_EQ(probe("FLOOD").error().code, "media.probe_garbage");
}

TEST_F(MediaProbeTest, PassesTheEnginesOwnErrorOn) {
  const auto error = probe("BROKEN").error();
  EXPECT_EQ(error.code, "media.truncated");
  EXPECT_EQ(error.message, "'clip.mp4': its end is missing");
  EXPECT_EQ(error.cause, "moov");
}

TEST_F(MediaProbeTest, IsWithdrawnInTheMiddle) {
  int asked = 0;
  EXPECT_EQ(probe("HANG", 60s, [&] { return ++asked < 3; }).error().code, "job.cancelled");
}

TEST_F(MediaProbeTest, KeepsSecretsOutOfTheChildsEnvironment) {
  ::setenv("WYVERN_ADMIN_TOKEN", "secret", 1);
  EXPECT_EQ(probe("ENVIRONMENT").or_throw()["secret"], false);
}

TEST_F(MediaProbeTest, NamesAnEngineThatCannotBeLoaded) {
  command.engine_plugin = folder.path() / "engine-lost.so";
  const auto error = probe("GOOD").error();
  EXPECT_EQ(error.code, "engine.load");
  EXPECT_THAT(error.message, testing::HasSubstr("engine-lost.so cannot be loaded"));
  EXPECT_THAT(error.cause, testing::HasSubstr("No such file"));
}

TEST_F(MediaProbeTest, SaysThatItsProgramCannotBeStartedAndMayBeTriedAgain) {
  command.exe = folder.path() / "lost";
  const auto error = probe("GOOD").error();
  EXPECT_EQ(error.code, "media.probe_start");
  EXPECT_TRUE(error.retryable);
}

}  // namespace
}  // namespace wyvern::library
