#include "probe.hpp"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "marked_clips.hpp"

namespace wyvern::feeder::test {
namespace {

nlohmann::json probed(const std::string& path) {
  gst_init(nullptr, nullptr);
  return probe_media(path, Context(nullptr));
}

std::string refusal(const std::string& path) {
  try {
    (void)probed(path);
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.error().status, WYV_INVALID);
    EXPECT_NE(failure.error().message.find(path), std::string::npos) << "the message names the file";
    return failure.error().code;
  }
  return "accepted";
}

std::string half_of(const std::string& path) {
  std::ifstream whole(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(whole)), std::istreambuf_iterator<char>());
  const std::string half = path + ".half" + std::filesystem::path(path).extension().string();
  std::ofstream(half, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size() / 2));
  return half;
}

TEST(Probe, TellsWhatAFileIs) {
  const auto facts = probed(made(clip("whole.mp4")).path);
  EXPECT_EQ(facts["duration_ms"], 2000);
  EXPECT_EQ(facts["video_frames"], 50);
  EXPECT_EQ(facts["width"], 640);
  EXPECT_EQ(facts["height"], 360);
  EXPECT_EQ(facts["rate_num"], 25);
  EXPECT_EQ(facts["scan"], "progressive");
  EXPECT_EQ(facts["video_codec"], "h264");
  EXPECT_EQ(facts["audio_codec"], "aac");
  EXPECT_EQ(facts["audio_channels"], 2);
  EXPECT_EQ(facts["audio_rate"], 48000);
  EXPECT_EQ(facts["container"], "mp4");
}

TEST(Probe, MeasuresThePictureNotTheLongerSound) {
  auto spec = clip("longer-sound.mp4");
  spec.audio_ms = 3500;
  EXPECT_EQ(probed(made(spec).path)["duration_ms"], 2000);
}

TEST(Probe, FindsTheExactLengthInEveryContainer) {
  for (const char* name : {"long.mp4", "long.mkv", "long.ts"}) {
    const auto facts = probed(made(clip(name, 2, 250)).path);
    EXPECT_NEAR(facts["duration_ms"].get<double>(), 10'000, 1) << name;
    EXPECT_EQ(facts["video_frames"], 250) << name;
  }
}

TEST(Probe, LeavesOutWhatAFileDoesNotHave) {
  auto spec = clip("silent.mp4");
  spec.audio_ms = 0;
  const auto facts = probed(made(spec).path);
  EXPECT_TRUE(facts["audio_codec"].is_null());
  EXPECT_TRUE(facts["audio_channels"].is_null());
}

TEST(Probe, RefusesAFileThatIsNotThereEmptyOrNoMedia) {
  EXPECT_EQ(refusal(clip_folder() + "there-is-no-such-clip.mp4"), "media.unreadable");
  const std::string empty = clip_folder() + "unit-empty.mp4";
  std::ofstream(empty).flush();
  EXPECT_EQ(refusal(empty), "media.empty");
  const std::string words = clip_folder() + "unit-words.mp4";
  std::ofstream(words) << std::string(5000, 'w');
  EXPECT_EQ(refusal(words), "media.unreadable");
}

TEST(Probe, RefusesAFileThatWasCutOffThoughItOpens) {
  auto front = clip("index-in-front.mp4", 1, 250);
  front.more_options = "-movflags +faststart";
  EXPECT_EQ(refusal(half_of(made(front).path)), "media.truncated");
  EXPECT_EQ(refusal(half_of(made(clip("long.mp4", 2, 250)).path)), "media.truncated");
  EXPECT_EQ(refusal(half_of(made(clip("long.mkv", 2, 250)).path)), "media.truncated");
}

TEST(Probe, MeasuresWhatIsLeftOfATransportStreamThatWasCutOff) {
  const auto facts = probed(half_of(made(clip("long.ts", 2, 250)).path));
  EXPECT_LT(facts["duration_ms"], 9'000);
  EXPECT_GT(facts["duration_ms"], 1'000);
}

TEST(Probe, RefusesSoundWithoutPicture) {
  const auto whole = made(clip("whole.mp4"));
  const std::string sound = clip_folder() + "unit-sound-only.m4a";
  ASSERT_EQ(std::system(("ffmpeg -nostdin -v error -y -i '" + whole.path + "' -vn -c copy '" + sound + "'").c_str()),
            0);
  EXPECT_EQ(refusal(sound), "media.no_picture");
}

}  // namespace
}  // namespace wyvern::feeder::test
