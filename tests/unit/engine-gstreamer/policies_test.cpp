#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "encoder_load.hpp"
#include "made_up_source.hpp"

namespace wyvern::feeder::test {
namespace {

TEST(SlowDecoder, LetsTheSoundRunOnOverTheLastPictureWhileTheLagIsSmall) {
  Stage stage;
  stage.lengths["a"] = 100;
  stage.program.load(stage.list({"a"}));
  stage.tick();
  stage.cued[0]->decoded_ = 0;
  EXPECT_EQ(stage.tick(), 1000);
  EXPECT_FALSE(stage.silent);
  stage.cued[0]->decoded_ = 50;
  EXPECT_EQ(stage.tick(), 1002) << "the picture is with its sound again";
}

TEST(SlowDecoder, NeverLetsThePictureLagItsSoundByMoreThanTheBound) {
  Stage stage;
  stage.lengths["a"] = 100;
  stage.program.load(stage.list({"a"}));
  stage.tick();
  stage.cued[0]->decoded_ = 0;
  stage.ticks(30);
  const auto heard = stage.cued[0]->sound_taken_ / 1920;
  EXPECT_LE(heard, 1 + 5 + 1) << "200 ms are five frames";
  EXPECT_TRUE(stage.silent);
  EXPECT_EQ(stage.program.status()["decoder"]["state"], "slow");
  EXPECT_EQ(stage.of_type("overload").at(0)["part"], "decoder");
}

TEST(SlowDecoder, GivesWayToTheNextItemWhenItIsTooSlowForTooLong) {
  Stage stage;
  stage.lengths["a"] = 1000;
  stage.program.load(stage.list({"a", "b"}));
  stage.tick();
  stage.cued[0]->decoded_ = 0;
  stage.ticks(60);
  EXPECT_EQ(stage.of_type("item_ended").at(0)["result"], "failed");
  EXPECT_EQ(stage.of_type("step_down").at(0)["rung"], "next");
  EXPECT_EQ(stage.of_type("item_started").at(1)["item_id"], "b");
}

TEST(SlowDecoder, IsBorneWhenOneFrameInSixComesLate) {
  DecoderWatch watch(5, 50);
  for (int i = 0; i < 10'000; ++i) {
    if (i % 6 == 0) {
      ASSERT_NE(watch.late(1), DecoderWatch::Verdict::give_up) << i;
    } else {
      watch.in_time();
    }
  }
}

TEST(EncoderLoad, AdmitsEveryPictureWhileFewWait) {
  EncoderLoad load(10);
  for (std::int64_t waiting = 0; waiting <= 10; ++waiting) EXPECT_TRUE(load.admit(waiting));
  EXPECT_FALSE(load.overloaded());
}

TEST(EncoderLoad, NeverLetsTheQueueGrowBeyondTwiceItsBound) {
  EncoderLoad load(10);
  std::int64_t waiting = 0;
  for (int tick = 0; tick < 1000; ++tick) {
    if (load.admit(waiting)) ++waiting;
    if (tick % 4 == 0 && waiting > 0) --waiting;  // an encoder at a quarter of the speed
    ASSERT_LE(waiting, 21);
  }
  EXPECT_TRUE(load.overloaded());
}

TEST(EncoderLoad, RecoversOnlyWhenTheQueueHasDrained) {
  EncoderLoad load(8);
  EXPECT_FALSE(load.admit(17));
  (void)load.admit(5);
  EXPECT_TRUE(load.overloaded());
  EXPECT_TRUE(load.admit(2));
  EXPECT_FALSE(load.overloaded());
}

}  // namespace
}  // namespace wyvern::feeder::test
