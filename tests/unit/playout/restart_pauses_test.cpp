#include "playout/restart_pauses.hpp"

#include <gtest/gtest.h>

namespace wyvern::playout {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RestartPausesOf : public testing::Test {
 protected:
  milliseconds left() { return pauses.left("a", now); }

  RestartPauses pauses;
  RestartPauses::Clock::time_point now{seconds(1000)};
};

TEST_F(RestartPausesOf, TwoFailuresInARowAreRestartedAtOnceAndFurtherOnesEverLater) {
  EXPECT_EQ(left(), milliseconds(0));
  EXPECT_EQ(left(), milliseconds(0));
  EXPECT_EQ(left(), milliseconds(250));
  now += milliseconds(250);
  EXPECT_EQ(left(), milliseconds(0));
  EXPECT_EQ(left(), milliseconds(500));
}

TEST_F(RestartPausesOf, NoPauseIsLongerThanHalfAMinute) {
  for (int failure = 0; failure < 40; ++failure) now += left();
  (void)left();
  EXPECT_LE(left(), seconds(30));
  EXPECT_GE(left(), seconds(29));
}

TEST_F(RestartPausesOf, AWorkerThatLivedForAWhileBeginsANewRow) {
  (void)left();
  (void)left();
  now += seconds(11);
  EXPECT_EQ(left(), milliseconds(0));
  EXPECT_EQ(pauses.failures_in_a_row("a"), 1);
}

TEST_F(RestartPausesOf, OneChannelSaysNothingAboutAnother) {
  (void)left();
  (void)left();
  EXPECT_GT(left(), milliseconds(0));
  EXPECT_EQ(pauses.left("b", now), milliseconds(0));
  pauses.forget("a");
  EXPECT_EQ(left(), milliseconds(0));
}

}  // namespace
}  // namespace wyvern::playout
