#include "playout/video_format.hpp"

#include <gtest/gtest.h>

namespace wyvern::playout {
namespace {

TEST(VideoFormat, NamesOfRatesMeanTheTrueRationalRates) {
  const auto film = video_format("1080p2398");
  ASSERT_TRUE(film);
  EXPECT_EQ(film->rate_num, 24000);
  EXPECT_EQ(film->rate_den, 1001);
  const auto fast = video_format("2160p5994");
  ASSERT_TRUE(fast);
  EXPECT_EQ(fast->rate_num, 60000);
  EXPECT_EQ(fast->rate_den, 1001);
  EXPECT_EQ(fast->width, 3840);
}

TEST(VideoFormat, ShortFormsAreTheSameAsLongOnes) {
  for (const auto& [brief, full] :
       {std::pair{"720p50", "720p5000"}, {"1080p25", "1080p2500"}, {"720p24", "720p2400"}}) {
    const auto a = video_format(brief);
    const auto b = video_format(full);
    ASSERT_TRUE(a && b) << brief;
    EXPECT_EQ(a->rate_num, b->rate_num);
    EXPECT_EQ(a->rate_den, b->rate_den);
  }
}

TEST(VideoFormat, InterlacedNamesCountFields) {
  const auto pal = video_format("1080i5000");
  ASSERT_TRUE(pal);
  EXPECT_TRUE(pal->interlaced);
  EXPECT_EQ(pal->rate_num, 25);
  const auto ntsc = video_format("1080i5994");
  ASSERT_TRUE(ntsc);
  EXPECT_EQ(ntsc->rate_num, 30000);
  EXPECT_EQ(ntsc->rate_den, 1001);
}

TEST(VideoFormat, PalAndNtscAreInterlacedStandardDefinition) {
  EXPECT_EQ(video_format("PAL")->height, 576);
  EXPECT_EQ(video_format("NTSC")->rate_den, 1001);
  EXPECT_TRUE(video_format("PAL")->interlaced);
}

TEST(VideoFormat, OtherEvenRastersAreTaken) {
  const auto small = video_format("640x360p2500");
  ASSERT_TRUE(small);
  EXPECT_EQ(small->width, 640);
  EXPECT_EQ(small->height, 360);
}

TEST(VideoFormat, WhatMeansNothingIsRefused) {
  for (const auto* name : {"", "p", "1080", "1080p", "1080p2499", "1080i2500", "720i5000", "641x360p2500", "640x361p25",
                           "0x0p25", "8192x4320p25", "640xp25", "x360p25", "-64x64p25", "1080P25", " 1080p25",
                           "1080p25 ", "99999999999x64p25", "1920x1080i5000"}) {
    EXPECT_FALSE(video_format(name)) << name;
  }
}

}  // namespace
}  // namespace wyvern::playout
