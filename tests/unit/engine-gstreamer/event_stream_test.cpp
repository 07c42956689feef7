#include "event_stream.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace wyvern::feeder {
namespace {

TEST(EventStream, DeliversInOrderAndNeverTwoAtOnce) {
  std::vector<int> seen;
  std::atomic<int> inside{0};
  {
    EventStream stream([&](const nlohmann::json& event) {
      EXPECT_EQ(++inside, 1);
      seen.push_back(event.get<int>());
      --inside;
    });
    for (int i = 0; i < 1000; ++i) stream.post(nlohmann::json(i));
  }
  ASSERT_EQ(seen.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(EventStream, HasDeliveredEverythingWhenADrainReturns) {
  std::atomic<int> seen{0};
  EventStream stream([&](const nlohmann::json&) { ++seen; });
  for (int i = 0; i < 100; ++i) stream.post(nlohmann::json(i));
  stream.drain();
  EXPECT_EQ(seen, 100);
}

}  // namespace
}  // namespace wyvern::feeder
