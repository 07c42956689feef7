#include "output_watch.hpp"

#include <gtest/gtest.h>

namespace wyvern::feeder {
namespace {

TEST(OutputWatch, WaitsWhileNobodyListens) {
  OutputWatch watch(5 * second_ns);
  watch.restarted(0);
  for (int s = 1; s < 20; ++s) watch.observe(s * second_ns, {0, 0, s});
  EXPECT_EQ(watch.state(), OutputState::waiting);
  EXPECT_FALSE(watch.stalled());
}

TEST(OutputWatch, IsLiveWhileBytesAdvanceToAClient) {
  OutputWatch watch(5 * second_ns);
  watch.restarted(0);
  watch.observe(second_ns, {1000, 1, 1});
  EXPECT_EQ(watch.state(), OutputState::live);
  EXPECT_EQ(watch.clients(), 1);
}

TEST(OutputWatch, CallsAnOutputStalledWhenItsClientTakesNothingThoughThereIsSomething) {
  OutputWatch watch(5 * second_ns);
  watch.restarted(0);
  watch.observe(second_ns, {1000, 1, 1});
  for (int s = 2; s < 6; ++s) watch.observe(s * second_ns, {1000, 1, s});
  EXPECT_FALSE(watch.stalled());
  for (int s = 6; s < 9; ++s) watch.observe(s * second_ns, {1000, 1, s});
  EXPECT_TRUE(watch.stalled());
}

TEST(OutputWatch, DoesNotBlameAnOutputThatIsGivenNothing) {
  OutputWatch watch(5 * second_ns);
  watch.restarted(0);
  watch.observe(second_ns, {1000, 1, 1});
  for (int s = 2; s < 20; ++s) watch.observe(s * second_ns, {1000, 1, 1});
  EXPECT_FALSE(watch.stalled());
}

TEST(OutputWatch, GivesAClientThatComesLaterItsFullTime) {
  OutputWatch watch(5 * second_ns);
  watch.restarted(0);
  for (int s = 1; s < 20; ++s) watch.observe(s * second_ns, {0, 0, s});
  watch.observe(20 * second_ns, {0, 1, 20});
  EXPECT_FALSE(watch.stalled());
}

TEST(OutputWatch, CountsBytesOnOverRestartsAndClientsThatLeave) {
  OutputWatch watch(5 * second_ns);
  watch.restarted(0);
  watch.observe(1, {1000, 2, 1});
  watch.observe(2, {400, 1, 2});  // one left and took its count along
  watch.observe(3, {500, 1, 3});
  EXPECT_EQ(watch.bytes(), 1100);
  watch.restarted(4);
  watch.observe(5, {50, 1, 4});
  EXPECT_EQ(watch.bytes(), 1150);
}

}  // namespace
}  // namespace wyvern::feeder
