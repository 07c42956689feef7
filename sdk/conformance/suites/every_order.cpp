// Every plugin: the order of the calls of its life.
#include "kit/lifecycle.hpp"
#include "kit/random_input.hpp"

namespace wyvern::conformance {
namespace {

class Order : public Lifecycle {};

TEST_F(Order, StartStopStart) {
  started();
  ASSERT_TRUE(is_ok(instance.stop()));
  ASSERT_TRUE(is_ok(instance.prepare())) << "prepare after stop";
  ASSERT_TRUE(is_ok(instance.start())) << "start after stop";
}

TEST_F(Order, StopTwice) {
  started();
  ASSERT_TRUE(is_ok(instance.stop()));
  EXPECT_TRUE(is_ok(instance.stop()));
}

TEST_F(Order, StopWithoutPrepare) {
  created();
  EXPECT_TRUE(is_ok(instance.stop()));
}

TEST_F(Order, StopWithoutStart) {
  prepared();
  EXPECT_TRUE(is_ok(instance.stop()));
}

TEST_F(Order, StopAfterDrain) {
  started();
  ASSERT_TRUE(is_ok(instance.drain()));
  EXPECT_TRUE(is_ok(instance.stop()));
}

TEST_F(Order, RefusesASecondPrepare) {
  prepared();
  EXPECT_TRUE(is(WYV_WRONG_STATE, instance.prepare()));
}

TEST_F(Order, RefusesAStartBeforePrepare) {
  created();
  EXPECT_TRUE(is(WYV_WRONG_STATE, instance.start()));
}

TEST_F(Order, RefusesASecondStart) {
  started();
  EXPECT_TRUE(is(WYV_WRONG_STATE, instance.start()));
}

TEST_F(Order, RefusesAPrepareAfterStart) {
  started();
  EXPECT_TRUE(is(WYV_WRONG_STATE, instance.prepare()));
}

TEST_F(Order, RefusesADrainBeforeStart) {
  prepared();
  EXPECT_TRUE(is(WYV_WRONG_STATE, instance.drain()));
}

TEST_F(Order, RefusesAStartAfterStop) {
  started();
  ASSERT_TRUE(is_ok(instance.stop()));
  EXPECT_TRUE(is(WYV_WRONG_STATE, instance.start())) << "prepare is owed first";
}

TEST_F(Order, ChangesNothingByARefusal) {
  created();
  if (instance.start().ok()) GTEST_SKIP() << "it refuses nothing";
  ASSERT_TRUE(is_ok(instance.prepare())) << "after a start that was refused";
  if (instance.prepare().ok()) GTEST_SKIP() << "it refuses no second prepare";
  ASSERT_TRUE(is_ok(instance.start())) << "after a prepare that was refused";
}

TEST_F(Order, ReportsARefusal) {
  created();
  const auto outcome = instance.start();
  if (outcome.ok()) GTEST_SKIP() << "it refuses nothing";
  EXPECT_EQ(outcome.reports.size(), 1U);
}

TEST_F(Order, DestroyAfterPrepare) {
  prepared();
  instance.destroy();
}

TEST_F(Order, DestroyStopsWhatWasForgotten) {
  const auto before = look_at_process();
  started();
  instance.destroy();
  const auto after = settle(before);
  EXPECT_EQ(more(before.threads, after.threads), "") << "threads that run on";
}

TEST_F(Order, TenTimes) {
  created();
  for (int i = 0; i < 10; ++i) {
    const auto outcome = instance.prepare();
    if (i == 1 && !outcome.ok()) GTEST_SKIP() << "not even twice";
    ASSERT_TRUE(is_ok(outcome)) << "of cycle " << i;
    ASSERT_TRUE(is_ok(instance.start())) << "of cycle " << i;
    ASSERT_TRUE(is_ok(instance.stop())) << "of cycle " << i;
  }
}

// Lives drawn from the seed, each as far as chance takes it. What a single call or a second life shows is left to the
// checks above. Six lives: the tenth is another's.
TEST_F(Order, HoldsForAnyLives) {
  RandomInput random(given().seed);
  std::string calls;
  const auto made = [&](const char* call, const Outcome& outcome) {
    calls += std::string(" ") + call;
    return is_ok(outcome) << ", the last of" << calls << ", drawn with --seed " << given().seed;
  };
  ASSERT_NO_FATAL_FAILURE(created());
  for (int starts = 0; starts < 6;) {
    const auto prepared = instance.prepare();
    if (!prepared.ok() && starts <= 1) GTEST_SKIP() << "not even twice";
    ASSERT_TRUE(made("prepare", prepared));
    if (random.below(3) > 0) {
      ASSERT_TRUE(made("start", instance.start()));
      ++starts;
      const bool drains = random.below(2) > 0;
      ASSERT_TRUE(!drains || made("drain", instance.drain()));
    }
    calls += " stop";
    if (!instance.stop().ok()) GTEST_SKIP() << "it does not stop";
  }
}

}  // namespace
}  // namespace wyvern::conformance
