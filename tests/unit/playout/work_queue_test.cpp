#include "playout/work_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace wyvern::playout {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kDeadline{20};

TEST(WorkQueue, AKeyIsLookedAtByOneThreadAtATimeAndOnceMoreWhenItWasAddedMeanwhile) {
  std::promise<void> entered;
  std::promise<void> leave;
  std::promise<void> twice;
  std::atomic<int> inside{0};
  std::atomic<int> looks{0};
  std::atomic<int> most{0};
  WorkQueue queue(4, [&](const std::string&) {
    most = std::max(most.load(), ++inside);
    const int look = ++looks;
    if (look == 1) {
      entered.set_value();
      leave.get_future().wait_for(kDeadline);
    }
    --inside;
    if (look == 2) twice.set_value();
  });
  queue.add("a");
  ASSERT_EQ(entered.get_future().wait_for(kDeadline), std::future_status::ready);
  for (int i = 0; i < 10; ++i) queue.add("a");
  leave.set_value();
  ASSERT_EQ(twice.get_future().wait_for(kDeadline), std::future_status::ready);
  queue.stop();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(looks, 2);
}

TEST(WorkQueue, OneKeyThatTakesLongDoesNotHoldUpAnother) {
  std::promise<void> leave;
  std::promise<void> other;
  const auto left = leave.get_future().share();
  WorkQueue queue(2, [&](const std::string& key) {
    if (key == "slow") {
      left.wait_for(kDeadline);
    } else {
      other.set_value();
    }
  });
  queue.add("slow");
  queue.add("quick");
  EXPECT_EQ(other.get_future().wait_for(kDeadline), std::future_status::ready);
  leave.set_value();
}

TEST(WorkQueue, ADelayIsKeptAndAnEarlierTimeWins) {
  std::promise<std::chrono::steady_clock::time_point> looked;
  WorkQueue queue(1, [&](const std::string&) { looked.set_value(std::chrono::steady_clock::now()); });
  const auto begin = std::chrono::steady_clock::now();
  queue.add("a", seconds(3600));
  queue.add("a", milliseconds(50));
  queue.add("a", seconds(60));
  auto at = looked.get_future();
  ASSERT_EQ(at.wait_for(kDeadline), std::future_status::ready);
  EXPECT_GE(at.get() - begin, milliseconds(50));
}

TEST(WorkQueue, StopBeginsNothingMoreAndMayBeCalledTwice) {
  std::atomic<int> looks{0};
  WorkQueue queue(2, [&](const std::string&) { ++looks; });
  queue.add("later", seconds(3600));
  queue.stop();
  queue.add("a");
  queue.stop();
  EXPECT_EQ(looks, 0);
}

}  // namespace
}  // namespace wyvern::playout
