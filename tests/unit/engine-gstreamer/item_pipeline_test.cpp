// Every kind of clip gives exactly the frames that the rule of house_format.hpp says, with its sound in place.
#include "item_pipeline.hpp"
#include "decoder_pool.hpp"

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "decoder_pool.hpp"
#include "frame_mark.hpp"
#include "marked_clips.hpp"
#include "stream_analyser.hpp"

namespace wyvern::feeder::test {
namespace {

using media::ClipSpec;

struct Played {
  std::vector<int> numbers;  // -1: no mark could be read
  std::vector<float> sound;  // first channel
  std::string fault;
  std::vector<float> offsets_ms;
};

HouseFormat house(std::int64_t num = 25, std::int64_t den = 1) {
  gst_init(nullptr, nullptr);
  HouseFormat format;
  format.width = 640;
  format.height = 360;
  format.rate_num = num;
  format.rate_den = den;
  return format;
}

int number_in(GstBuffer* buffer, const HouseFormat& format, double aspect) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(format.width),
                            static_cast<guint>(format.height));
  GstVideoFrame frame;
  if (gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ) == FALSE) return -2;
  const auto mark =
      media::read_mark(static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)),
                       GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0), media::fitted(aspect, format.width, format.height));
  gst_video_frame_unmap(&frame);
  return mark ? mark->number : -1;
}

// Where the marks of the sound begin, against where they belong.
std::vector<float> offsets(const std::vector<float>& sound, double in_s) {
  const auto mark = media::tone_mark(48'000);
  std::vector<float> found;
  for (int k = 0;; ++k) {
    const auto due =
        static_cast<std::int64_t>(std::llround((media::first_tone_s + k * media::tone_distance_s - in_s) * 48'000));
    if (due < 2400) continue;
    if (due + 2400 + static_cast<std::int64_t>(mark.size()) > static_cast<std::int64_t>(sound.size())) break;
    double best = 0;
    std::int64_t best_shift = 1'000'000;
    for (std::int64_t shift = -2400; shift <= 2400; ++shift) {
      double product = 0;
      double energy = 1e-9;
      for (std::size_t i = 0; i < mark.size(); ++i) {
        const float value = sound[static_cast<std::size_t>(due + shift) + i];
        product += static_cast<double>(value) * mark[i];
        energy += static_cast<double>(value) * value;
      }
      const double likeness = product / std::sqrt(energy);
      if (energy > 0.5 && likeness > best) best = likeness, best_shift = shift;
    }
    found.push_back(static_cast<float>(best_shift) / 48.0F);
  }
  return found;
}

Played play(const ClipSpec& spec, double in_s = 0, double out_s = -1, const HouseFormat& format = house()) {
  Clip clip{spec.path, std::llround(in_s * 1e9), std::nullopt};
  if (out_s >= 0) clip.out_ns = std::llround(out_s * 1e9);
  ItemPipeline item(clip, format, Settings{});
  item.prepare();
  Played played;
  played.fault = item.fault();
  if (item.state() != ItemSource::State::ready) return played;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::vector<float> out;
  for (std::int64_t index = 0; std::chrono::steady_clock::now() < deadline;) {
    const Look look = item.picture(index);
    if (look.kind == Look::Kind::ended) break;
    if (look.kind == Look::Kind::late) {
      std::this_thread::yield();
      continue;
    }
    played.numbers.push_back(number_in(look.buffer.get(), format, spec.display_aspect()));
    const auto samples = format.sample(index + 1) - format.sample(index);
    // The decoder is not paced here; its sound may come a moment after its picture.
    out.resize(static_cast<std::size_t>(samples) * 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    item.sound(out.data(), samples);
    for (std::size_t i = 0; i < out.size(); i += 2) played.sound.push_back(out[i]);
    ++index;
  }
  played.fault = item.fault();
  played.offsets_ms = offsets(played.sound, in_s);
  return played;
}

void expect_exact(const ClipSpec& spec, double in_s = 0, double out_s = -1, const HouseFormat& format = house()) {
  const auto played = play(made(spec), in_s, out_s, format);
  EXPECT_EQ(played.fault, "") << spec.path;
  const double rate = static_cast<double>(format.rate_num) / static_cast<double>(format.rate_den);
  EXPECT_EQ(played.numbers, media::expected_frames({spec, in_s, out_s}, rate)) << spec.path;
  if (spec.audio_ms > 0 && played.numbers.size() > 30) {
    EXPECT_FALSE(played.offsets_ms.empty()) << spec.path;
  }
  for (const float offset : played.offsets_ms) EXPECT_LT(std::abs(offset), 2.0F) << spec.path;
}

ClipSpec with(ClipSpec spec, const std::string& video, const std::string& audio, const std::string& more = "") {
  if (!video.empty()) spec.video_options = video;
  if (!audio.empty()) spec.audio_options = audio;
  spec.more_options = more;
  return spec;
}

TEST(ItemPipeline, PlaysWholeClipsExactlyFromEveryContainer) {
  for (const char* name : {"whole.mp4", "whole.mkv", "whole.ts", "whole.mov"}) expect_exact(clip(name));
}

TEST(ItemPipeline, IsExactAtInAndOutPointsInEveryContainer) {
  for (const char* name : {"long.mp4", "long.mkv", "long.ts"}) {
    expect_exact(clip(name, 2, 250), 2.0, 3.6);
    expect_exact(clip(name, 2, 250), 4.56, 6.0);
    expect_exact(clip(name, 2, 250), 8.8);
  }
}

TEST(ItemPipeline, ShowsTheFrameThatIsOnAtAnInPointBetweenTwoFrames) {
  const auto spec = made(clip("long.mp4", 2, 250));
  const auto played = play(spec, 2.01, 2.21, house(50, 1));
  ASSERT_EQ(played.numbers.size(), 10U);
  EXPECT_EQ(played.numbers.front(), 50) << "frame 50 lasts from 2.00 s to 2.04 s";
  EXPECT_EQ(played.numbers[1], 51);
}

TEST(ItemPipeline, ConvertsEveryRateByItsRule) {
  struct Rate {
    int num;
    int den;
  };
  for (const Rate source : {Rate{24000, 1001}, Rate{25, 1}, Rate{30000, 1001}, Rate{50, 1}, Rate{60000, 1001}}) {
    auto spec = clip("rate-" + std::to_string(source.num) + "-" + std::to_string(source.den) + ".mp4", 3, 60);
    spec.rate_num = source.num;
    spec.rate_den = source.den;
    spec.audio_ms = 2500;
    expect_exact(spec, 0, -1, house(25, 1));
    expect_exact(spec, 0, -1, house(60000, 1001));
  }
}

TEST(ItemPipeline, KeepsTheSoundOfEveryCodecWithItsPicture) {
  for (const char* extension : {"ts", "mkv", "mp4"}) {
    expect_exact(with(clip(std::string("ac3.") + extension), "", "-c:a ac3 -b:a 192k"));
    expect_exact(with(clip(std::string("mp2.") + extension), "", "-c:a mp2 -b:a 192k"));
    expect_exact(with(clip(std::string("mp3.") + extension), "", "-c:a libmp3lame -b:a 192k"));
  }
  // Not in Matroska: there ffmpeg itself puts the picture 7 ms behind the sound.
  expect_exact(with(clip("opus.mp4"), "", "-c:a libopus -b:a 128k"));
  expect_exact(with(clip("pcm.mov"), "", "-c:a pcm_s24le"));
  expect_exact(with(clip("flac.mkv"), "", "-c:a flac"));
}

TEST(ItemPipeline, TakesEveryChannelLayoutAndSampleRate) {
  auto mono = clip("mono441.mp4");
  mono.audio_channels = 1;
  mono.audio_rate = 44100;
  expect_exact(mono);
  auto surround = with(clip("surround.mkv"), "", "-c:a ac3 -b:a 448k");
  surround.audio_channels = 6;
  expect_exact(surround);
}

TEST(ItemPipeline, TakesEveryCodecAndPixelFormat) {
  expect_exact(
      with(clip("hevc.mp4"), "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le", ""));
  expect_exact(with(clip("prores.mov"), "-c:v prores_ks -profile:v 2 -pix_fmt yuv422p10le", "-c:a pcm_s16le"));
  expect_exact(with(clip("mpeg2.ts"), "-c:v mpeg2video -q:v 3 -g 12 -bf 2 -pix_fmt yuv420p", "-c:a mp2"));
  expect_exact(with(clip("bframes.mp4"), "-c:v libx264 -preset medium -bf 3 -g 30 -pix_fmt yuv420p", ""));
  expect_exact(with(clip("rgb.mkv"), "-c:v ffv1 -pix_fmt bgr0", "-c:a pcm_s16le"));
  expect_exact(with(clip("full-range.mp4"), "-c:v libx264 -preset ultrafast -pix_fmt yuvj420p", ""));
}

TEST(ItemPipeline, ReadsInterlacedClipsEightAndTenBit) {
  expect_exact(with(clip("25i.ts"), "-c:v mpeg2video -q:v 3 -flags +ildct+ilme -top 1 -pix_fmt yuv420p", "-c:a mp2"));
  expect_exact(with(clip("25i.mov"),
                    "-c:v prores_ks -profile:v 2 -flags +ildct -top 1 -vf setfield=tff -pix_fmt yuv422p10le",
                    "-c:a pcm_s16le"));
}

TEST(ItemPipeline, FitsEveryShapeWithoutStretchingIt) {
  auto portrait = clip("portrait.mp4");
  portrait.width = 360;
  portrait.height = 640;
  expect_exact(portrait);
  auto wide = clip("wide.mp4");
  wide.width = 1280;
  wide.height = 536;
  expect_exact(wide);
  auto anamorphic = clip("anamorphic.mp4");
  anamorphic.width = 720;
  anamorphic.height = 576;
  anamorphic.pixel_aspect_num = 64;
  anamorphic.pixel_aspect_den = 45;
  expect_exact(anamorphic);
}

TEST(ItemPipeline, TurnsAClipThatATelephoneHeldUprightRecorded) {
  const auto source = made(clip("whole.mp4"));
  ClipSpec turned = source;
  turned.path = clip_folder() + "unit-turned.mp4";
  const std::string command =
      "ffmpeg -nostdin -v error -y -i '" + source.path + "' -c copy -metadata:s:v rotate=180 '" + turned.path + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  // Upside down the mark is in the lower half, so that nothing can be read when the turn is respected.
  const auto played = play(turned);
  ASSERT_EQ(played.numbers.size(), 50U) << played.fault;
  EXPECT_EQ(played.numbers[10], -1);
}

TEST(ItemPipeline, PlaysItemsOfOneAndTwoFrames) {
  expect_exact(clip("one.mp4", 5, 1));
  expect_exact(clip("two.mp4", 5, 2));
  expect_exact(clip("long.mp4", 2, 250), 2.0, 2.04);
}

TEST(ItemPipeline, KeepsTheTimeOfAVariableRate) {
  const auto source = made(clip("whole.mp4"));
  ClipSpec varying = source;
  varying.path = clip_folder() + "unit-varying.mkv";
  const std::string command = "ffmpeg -nostdin -v error -y -i '" + source.path +
                              "' -vf \"select='not(between(n,10,14))'\" -vsync vfr -c:v libx264 -preset ultrafast '" +
                              varying.path + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const auto played = play(varying);
  ASSERT_EQ(played.numbers.size(), 50U) << played.fault;
  EXPECT_EQ(played.numbers[9], 9);
  EXPECT_EQ(played.numbers[14], 9) << "the picture stays where frames are missing";
  EXPECT_EQ(played.numbers[15], 15);
}

TEST(ItemPipeline, IsAsLongAsItsPictureWhateverItsSoundIs) {
  auto longer = clip("longer-sound.mp4");
  longer.audio_ms = 3500;
  expect_exact(longer);
  auto shorter = clip("shorter-sound.mp4");
  shorter.audio_ms = 900;
  const auto played = play(made(shorter));
  EXPECT_EQ(played.numbers.size(), 50U);
  EXPECT_EQ(played.sound.size(), 96'000U);
  EXPECT_EQ(*std::max_element(played.sound.end() - 24'000, played.sound.end()), 0.0F) << "padded with silence";
}

TEST(ItemPipeline, FailsWithAReasonBeforeItGoesOnAir) {
  ClipSpec missing;
  missing.path = clip_folder() + "there-is-no-such-clip.mp4";
  EXPECT_NE(play(missing).fault.find("no such file"), std::string::npos);
  const auto whole = made(clip("whole.mp4"));
  EXPECT_NE(play(whole, 30.0).fault, "") << "an in point behind the end";
  ClipSpec sound = whole;
  sound.path = clip_folder() + "unit-sound-only.m4a";
  ASSERT_EQ(
      std::system(("ffmpeg -nostdin -v error -y -i '" + whole.path + "' -vn -c copy '" + sound.path + "'").c_str()), 0);
  EXPECT_NE(play(sound).fault.find("no picture"), std::string::npos);
}

// 1080 lines are coded as 1088: the colour planes lie elsewhere than in a neat picture.
TEST(ItemPipeline, KeepsTheColoursOfAPictureThatIsCodedTallerThanItIsShown) {
  const std::string path = clip_folder() + "unit-red-1080.mp4";
  const std::string command =
      "ffmpeg -nostdin -v error -y -f lavfi -i color=c=red:s=1920x1080:r=25:d=0.6 -c:v libx264 -preset ultrafast "
      "-pix_fmt yuv420p " +
      path;
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
  HouseFormat format = house();
  format.width = 1920;
  format.height = 1080;
  ItemPipeline item(Clip{path, 0, std::nullopt}, format, Settings{});
  item.prepare();
  ASSERT_EQ(item.fault(), "");
  const Look look = item.picture(0);
  ASSERT_EQ(look.kind, Look::Kind::picture);
  const BufferRef shown = head_over(look.buffer.get());
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 1920, 1080);
  GstVideoFrame frame;
  ASSERT_NE(gst_video_frame_map(&frame, &info, shown.get(), GST_MAP_READ), FALSE);
  for (const int plane : {1, 2}) {
    const auto* bytes = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, plane));
    const int stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane);
    const int first = bytes[0];
    EXPECT_NE(first, 128) << "red has colour";
    for (int y = 0; y < 540; ++y)
      for (const int x : {0, 480, 959})
        ASSERT_NEAR(bytes[y * stride + x], first, 2) << "plane " << plane << ", line " << y;
  }
  gst_video_frame_unmap(&frame);
}

}  // namespace
}  // namespace wyvern::feeder::test
