// The analyser must see the faults that it is there to count.
#include "stream_analyser.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace {

using wyvern::media::ClipSpec;
using wyvern::media::ExpectedItem;
using wyvern::media::StreamReport;

// Three items one after the other, made into a transport stream by ffmpeg from frames that the filter chose.
StreamReport seen_through(const std::string& name, const std::string& picture_filter, const std::string& sound_filter,
                          int rate = 25) {
  const auto folder = std::filesystem::temp_directory_path() / "wyvern-marked-clips";
  std::filesystem::create_directories(folder);
  std::vector<ExpectedItem> items;
  std::string inputs;
  for (int id = 41; id <= 43; ++id) {
    ClipSpec spec;
    spec.id = id;
    spec.path = (folder / ("analyser-" + std::to_string(id) + ".mkv")).string();
    spec.width = 640;
    spec.height = 360;
    spec.frames = 50;
    spec.audio_ms = 2000;
    spec.audio_options = "-c:a pcm_s16le";
    make_clip(spec);
    items.push_back({spec});
    inputs += " -i '" + spec.path + "'";
  }
  const std::string out = (folder / ("analyser-" + name + ".ts")).string();
  const std::string command = "ffmpeg -nostdin -v error -y" + inputs +
                              " -filter_complex '[0:v][0:a][1:v][1:a][2:v][2:a]concat=n=3:v=1:a=1[v][a];[v]" +
                              picture_filter + "[w];[a]" + sound_filter +
                              "[b]' -map '[w]' -map '[b]' -vsync passthrough -c:v libx264 -preset ultrafast "
                              "-tune zerolatency -enc_time_base 1:90000 -c:a aac -f mpegts '" +
                              out + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT(concurrency-mt-unsafe)
  const auto report = analyse(wyvern::media::decode_stream(out, {16.0 / 9}), items, rate, 1);
  std::filesystem::remove(out);
  return report;
}

TEST(StreamAnalyser, FindsNothingInAStreamWithoutFaults) {
  const auto report = seen_through("whole", "null", "anull");
  EXPECT_EQ(report.frames, 150) << report.text();
  EXPECT_EQ(report.items, 1);
  EXPECT_EQ(report.lost + report.doubled + report.irregular + report.unmarked, 0) << report.text();
  EXPECT_GE(report.sound_offsets_ms.size(), 10U);
  EXPECT_LT(report.greatest_offset_ms() - report.least_offset_ms(), 1.0) << report.text();
}

TEST(StreamAnalyser, CountsALostFrame) {
  const auto report = seen_through("lost", "select=not(eq(n\\,70)),setpts=N/25/TB", "anull");
  EXPECT_EQ(report.lost, 1) << report.text();
  EXPECT_EQ(report.doubled, 0) << report.text();
}

TEST(StreamAnalyser, CountsADoubledFrame) {
  const auto report = seen_through("doubled", "loop=loop=1:size=1:start=70,setpts=N/25/TB", "anull");
  EXPECT_EQ(report.lost, 0) << report.text();
  EXPECT_EQ(report.doubled, 1) << report.text();
}

TEST(StreamAnalyser, CountsAnIrregularStamp) {
  const auto report = seen_through("irregular", "settb=1/90000,setpts=if(gte(N\\,70)\\,PTS+270\\,PTS)", "anull");
  EXPECT_EQ(report.irregular, 1) << report.text();
}

TEST(StreamAnalyser, MeasuresHowFarTheSoundIsAwayFromItsPicture) {
  const auto report = seen_through("late-sound", "null", "adelay=12:all=1");
  const auto whole = seen_through("whole", "null", "anull");
  EXPECT_NEAR(report.greatest_offset_ms() - whole.greatest_offset_ms(), 12.0, 0.2) << report.text();
}

// At twice the rate each frame comes two times: who joins at the second one must not take it for the first.
TEST(StreamAnalyser, IsNotMisledByJoiningInTheMiddleOfARepeatedFrame) {
  const auto report =
      seen_through("joined", "fps=50,trim=start=0.62,setpts=PTS-STARTPTS", "atrim=start=0.62,asetpts=PTS-STARTPTS", 50);
  EXPECT_GE(report.sound_offsets_ms.size(), 8U);
  EXPECT_LT(report.greatest_offset_ms() - report.least_offset_ms(), 1.0) << report.text();
}

}  // namespace
