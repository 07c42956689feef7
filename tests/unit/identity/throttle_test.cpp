#include "identity/throttle.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "operations/operation.hpp"

namespace wyvern::test {
namespace {

using identity::Throttle;
using operations::Refusal;
using std::chrono::seconds;

class Throttled : public testing::Test {
 protected:
  // The seconds that an attempt must wait; 0: it was let in, and failed.
  long fail(const std::string& name, const std::string& address = "192.0.2.1:1000") {
    try {
      const Throttle::Attempt attempt(throttle, name, address);
      return 0;
    } catch (const Refusal& refusal) {
      EXPECT_EQ(refusal.status, 429);
      return refusal.detail["retry_after_s"].get<long>();
    }
  }

  Throttle::Clock::time_point now{std::chrono::hours(1000)};
  Throttle throttle{[this] { return now; }};
};

TEST_F(Throttled, ANameHasFiveFailuresFreeAndThenPausesThatDouble) {
  for (int i = 0; i < Throttle::free_by_name; ++i) EXPECT_EQ(fail("ann"), 0) << i;
  for (const long pause : {1L, 2L, 4L, 8L, 16L}) {
    EXPECT_EQ(fail("ann"), pause);
    EXPECT_EQ(fail("ann"), pause) << "an attempt within the pause is not counted";
    now += seconds(pause);
    EXPECT_EQ(fail("ann"), 0);
  }
}

TEST_F(Throttled, APauseHasAnEnd) {
  for (int i = 0; i < 40; ++i) {
    (void)fail("ann");
    now += Throttle::longest_by_name;
  }
  now -= Throttle::longest_by_name;
  EXPECT_EQ(fail("ann"), Throttle::longest_by_name.count());
}

TEST_F(Throttled, ANameIsHeldUpFromEveryAddressAndOthersAreNot) {
  for (int i = 0; i < Throttle::free_by_name; ++i) fail("ann", "192.0.2." + std::to_string(i) + ":1");
  EXPECT_GT(fail("ann", "192.0.2.200:1"), 0);
  EXPECT_EQ(fail("bob"), 0);
}

TEST_F(Throttled, AnAddressIsHeldUpWhateverNameItTries) {
  for (int i = 0; i < Throttle::free_by_address; ++i) EXPECT_EQ(fail("name" + std::to_string(i)), 0);
  EXPECT_GT(fail("another", "192.0.2.1:4711"), 0) << "from another port too";
  EXPECT_EQ(fail("another", "192.0.2.2:1"), 0);
}

TEST_F(Throttled, ASuccessForgetsTheNameAndWhatItAddedToTheAddressOnly) {
  for (int i = 0; i < Throttle::free_by_address - 3; ++i) fail("name" + std::to_string(i));
  fail("ann");
  fail("ann");
  Throttle::Attempt(throttle, "ann", "192.0.2.1:1").succeeded();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fail("ann"), 0) << i;
  EXPECT_GT(fail("ann"), 0) << "the other names' failures are still the address's";
}

TEST_F(Throttled, ARightPasswordWithoutTheSecondFactorForgetsNothing) {
  for (int i = 0; i < Throttle::free_by_name - 1; ++i) fail("ann");
  Throttle::Attempt(throttle, "ann", "192.0.2.1:1").unfinished();
  EXPECT_EQ(fail("ann"), 0) << "it was no failure either";
  EXPECT_GT(fail("ann"), 0);
}

TEST_F(Throttled, ManyAtOnceAreCountedBeforeTheyEnd) {
  std::vector<std::unique_ptr<Throttle::Attempt>> under_way;
  for (int i = 0; i < Throttle::free_by_name; ++i) {
    under_way.push_back(std::make_unique<Throttle::Attempt>(throttle, "ann", "192.0.2.1:1"));
  }
  EXPECT_GT(fail("ann"), 0);
}

TEST_F(Throttled, WhatIsKeptIsBounded) {
  for (std::size_t i = 0; i < Throttle::most_known + 10; ++i) {
    EXPECT_EQ(fail("name" + std::to_string(i), std::to_string(i) + ":1"), 0);
    now += std::chrono::milliseconds(1);
  }
}

TEST_F(Throttled, OfIpV6TheNetworkIsCounted) {
  EXPECT_EQ(identity::throttled_address("[2001:db8:1:2:3:4:5:6]:50412"), "2001:db8:1:2::/64");
  EXPECT_EQ(identity::throttled_address("[2001:db8:1:2::9]:1"), "2001:db8:1:2::/64");
  EXPECT_EQ(identity::throttled_address("192.0.2.1:80"), "192.0.2.1");
  EXPECT_EQ(identity::throttled_address(""), "");
}

}  // namespace
}  // namespace wyvern::test
