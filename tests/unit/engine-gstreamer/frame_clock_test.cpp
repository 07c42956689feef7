#include "frame_clock.hpp"

#include <gtest/gtest.h>

namespace wyvern::feeder {
namespace {

constexpr std::int64_t frame_ns = 40'000'000;

TEST(FrameClock, CallsAFrameLateOnlyAfterItsTimeIsUp) {
  FrameClock clock(HouseFormat{}, 500'000'000);
  clock.start(0, 1'000);
  clock.serve(1'000 + frame_ns - 1);
  EXPECT_EQ(clock.late(), 0);
  clock.serve(1'000 + frame_ns);
  EXPECT_EQ(clock.late(), 1);
  EXPECT_EQ(clock.frame(), 0) << "it is served all the same";
}

TEST(FrameClock, SkipsTheNumbersOfFramesThatALongStallMadeUnsendable) {
  FrameClock clock(HouseFormat{}, 500'000'000);
  clock.start(0, 0);
  clock.serve(0);
  clock.next();
  clock.serve(10 * second_ns);
  EXPECT_EQ(clock.frame(), 250);
  EXPECT_EQ(clock.skipped(), 249);
  EXPECT_EQ(clock.due_ns(), 10 * second_ns) << "stamps stay true to the clock";
}

TEST(FrameClock, GoesOnCountingWhenAChannelReturnsToTheAir) {
  FrameClock clock(HouseFormat{}, 500'000'000);
  clock.start(1000, 7 * second_ns);
  EXPECT_EQ(clock.frame(), 1000);
  EXPECT_EQ(clock.due_ns(), 7 * second_ns);
}

}  // namespace
}  // namespace wyvern::feeder
