#include "house_format.hpp"

#include <gtest/gtest.h>

namespace wyvern::feeder {
namespace {

HouseFormat at(std::int64_t num, std::int64_t den) {
  HouseFormat format;
  format.rate_num = num;
  format.rate_den = den;
  return format;
}

TEST(HouseFormat, HasTheTimeOfAFrameFromItsNumberAloneAfterYears) {
  const HouseFormat format = at(60000, 1001);
  constexpr std::int64_t ten_years = 10LL * 365 * 24 * 3600 * 60000 / 1001;
  EXPECT_NEAR(static_cast<double>(format.time_ns(ten_years + 1) - format.time_ns(ten_years)), 16683333.3, 1.0);
}

TEST(HouseFormat, Gives800Or801SamplesAFrameAt5994AndLosesNone) {
  const HouseFormat format = at(60000, 1001);
  for (std::int64_t n = 0; n < 1000; ++n) {
    const auto count = format.sample(n + 1) - format.sample(n);
    EXPECT_TRUE(count == 800 || count == 801) << n;
  }
  EXPECT_EQ(format.sample(60000), 1001 * sample_rate);
}

TEST(HouseFormat, RoundsALengthToTheNearestFrame) {
  const HouseFormat format = at(25, 1);
  EXPECT_EQ(format.nearest_frames(4'000'000'000), 100);
  EXPECT_EQ(format.nearest_frames(4'019'000'000), 100);
  EXPECT_EQ(format.nearest_frames(4'021'000'000), 101);
}

TEST(HouseIndex, KeepsEveryFrameOfAClipAtTheHouseRateDespiteMillisecondStamps) {
  const HouseFormat format = at(30000, 1001);
  for (std::int64_t k = 0; k < 10'000; ++k) {
    const std::int64_t stamp_ms = (k * 1001 + 15) / 30;  // as Matroska rounds
    EXPECT_EQ(house_index(format, stamp_ms * 1'000'000), k);
  }
}

TEST(HouseIndex, IsNegativeBeforeTheInPoint) {
  EXPECT_EQ(house_index(at(25, 1), -20'000'000), -1);
  EXPECT_EQ(house_index(at(25, 1), -1'000'000), 0) << "within the tolerance";
}

}  // namespace
}  // namespace wyvern::feeder
