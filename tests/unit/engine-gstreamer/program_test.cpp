#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "made_up_source.hpp"
#include "wyvern/result.hpp"

namespace wyvern::feeder::test {
namespace {

using testing::ElementsAre;

TEST(Program, ShowsTheSlateUntilSomethingIsLoaded) {
  Stage stage;
  EXPECT_EQ(stage.tick(), -1);
  EXPECT_TRUE(stage.silent);
  EXPECT_EQ(stage.samples, 1920);
  EXPECT_EQ(stage.program.status()["state"], "idle");
}

TEST(Program, CutsFromItemToItemWithoutLosingOrDoublingAFrame) {
  Stage stage;
  stage.program.load(stage.list({"a", "b"}, true));
  EXPECT_THAT(stage.ticks(8), ElementsAre(1000, 1001, 1002, 2000, 2001, 1000, 1001, 1002));
  const auto started = stage.of_type("item_started");
  const auto ended = stage.of_type("item_ended");
  ASSERT_EQ(started.size(), 3U);
  EXPECT_EQ(started[1]["frame"], 3);
  EXPECT_EQ(started[1]["planned_frame"], 3);
  EXPECT_EQ(started[2]["loop_count"], 1);
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0]["frame"], 3);
  EXPECT_EQ(ended[0]["frames_sent"], 3);
  EXPECT_EQ(ended[0]["result"], "played");
}

TEST(Program, PlaysItemsOfOneFrame) {
  Stage stage;
  stage.lengths = {{"a", 1}, {"b", 1}, {"c", 2}};
  stage.program.load(stage.list({"a", "b", "c"}, true));
  EXPECT_THAT(stage.ticks(8), ElementsAre(1000, 2000, 3000, 3001, 1000, 2000, 3000, 3001));
}

TEST(Program, GoesToTheSlateAtTheEndOfAListWithoutLoop) {
  Stage stage;
  stage.program.load(stage.list({"b"}));
  EXPECT_THAT(stage.ticks(4), ElementsAre(2000, 2001, -1, -1));
  EXPECT_EQ(stage.of_type("playback_ended").at(0)["reason"], "end");
  EXPECT_EQ(stage.of_type("playback_ended").at(0)["frame"], 2);
}

TEST(Program, SkipsOnTheNextTick) {
  Stage stage;
  stage.program.load(stage.list({"a", "b"}));
  EXPECT_EQ(stage.tick(), 1000);
  stage.program.skip();
  EXPECT_EQ(stage.tick(), 2000);
  EXPECT_EQ(stage.of_type("item_ended").at(0)["result"], "skipped");
}

TEST(Program, StopsWhenTheLastItemOfAListWithoutLoopIsSkipped) {
  Stage stage;
  stage.program.load(stage.list({"a"}));
  stage.tick();
  stage.program.skip();
  EXPECT_EQ(stage.tick(), -1);
  EXPECT_THAT(stage.story(), ElementsAre("item_started a", "item_ended a skipped", "playback_ended"));
}

TEST(Program, StaysOnAirWhenTheItemToSkipToIsNotReady) {
  Stage stage;
  stage.slow_to_prepare = {"b"};
  stage.program.load(stage.list({"a", "b"}));
  stage.tick();
  stage.program.skip();
  EXPECT_EQ(stage.tick(), 1001);
  stage.cued.at(1)->ready_ = true;
  EXPECT_EQ(stage.tick(), 2000);
}

TEST(Program, RepeatsThePictureInSilenceWhilePausedAndGoesOnWithTheNextOne) {
  Stage stage;
  stage.program.load(stage.list({"a"}));
  EXPECT_EQ(stage.tick(), 1000);
  stage.program.pause();
  EXPECT_EQ(stage.tick(), 1000);
  EXPECT_TRUE(stage.silent);
  stage.program.pause();
  EXPECT_EQ(stage.program.status()["state"], "paused");
  stage.program.resume();
  stage.program.resume();
  EXPECT_EQ(stage.tick(), 1001);
  EXPECT_FALSE(stage.silent);
}

TEST(Program, RefusesTransportWhenNothingPlays) {
  Stage stage;
  stage.tick();
  for (const auto call : {&Program::pause, &Program::resume, &Program::skip, &Program::stop_playback}) {
    try {
      (stage.program.*call)();
      FAIL();
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.error().status, WYV_WRONG_STATE);
    }
  }
}

TEST(Program, StopsPlaybackToTheSlateAndStaysOnAir) {
  Stage stage;
  stage.program.load(stage.list({"a"}, true));
  stage.tick();
  stage.program.stop_playback();
  EXPECT_EQ(stage.tick(), -1);
  EXPECT_THAT(stage.story(), ElementsAre("item_started a", "item_ended a stopped", "playback_ended"));
  EXPECT_EQ(stage.of_type("item_ended").at(0)["frame"], 1);
}

TEST(Program, ReplacesAListOnlyWhenTheFirstItemOfTheNewOneIsReady) {
  Stage stage;
  stage.program.load(stage.list({"a"}, true));
  stage.tick();
  stage.slow_to_prepare = {"b"};
  stage.program.load(stage.list({"b"}));
  EXPECT_EQ(stage.tick(), 1001);
  stage.cued.back()->ready_ = true;
  EXPECT_EQ(stage.tick(), 2000);
  EXPECT_EQ(stage.of_type("item_ended").at(0)["result"], "replaced");
}

TEST(Program, BeginsWhereAResumedListSaysTo) {
  Stage stage;
  auto list = stage.list({"a", "c"});
  list.start_index = 1;
  list.start_offset_ns = 80'000'000;
  stage.program.load(list);
  EXPECT_THAT(stage.ticks(2), ElementsAre(3002, 3003));
  EXPECT_EQ(stage.of_type("item_started").at(0)["offset_frames"], 2);
  EXPECT_EQ(stage.of_type("item_started").at(0)["planned_duration_frames"], 2);
}

TEST(Program, KeepsTheItemOnAirAndWhatIsPreparedWhenTheListIsUpdated) {
  Stage stage;
  stage.program.load(stage.list({"a", "b", "c"}));
  stage.tick();
  const auto cued_before = stage.cued.size();
  stage.program.update(stage.list({"c", "a", "b"}));
  EXPECT_EQ(stage.cued.size(), cued_before) << "b stays prepared";
  EXPECT_THAT(stage.ticks(5), ElementsAre(1001, 1002, 2000, 2001, -1));
}

TEST(Program, PlaysWhatMovedUpWhenTheItemOnAirWasTakenOutOfTheList) {
  Stage stage;
  stage.program.load(stage.list({"a", "b", "c"}));
  stage.tick();
  stage.program.update(stage.list({"b", "c"}));
  EXPECT_THAT(stage.ticks(4), ElementsAre(1001, 1002, 2000, 2001));
}

TEST(Program, MixesTheLastFramesOfAnItemWithTheFirstOfTheNext) {
  Stage stage;
  stage.lengths = {{"a", 10}, {"b", 10}};
  // Blends need real pictures.
  auto list = stage.list({"a", "b"});
  list.items[1].mix = true;
  list.items[1].transition_ns = 4 * 40'000'000;
  stage.program.load(list);
  EXPECT_THAT(stage.ticks(6), ElementsAre(1000, 1001, 1002, 1003, 1004, 1005));
  stage.ticks(4);
  EXPECT_THAT(stage.ticks(3), ElementsAre(2004, 2005, 2006)) << "the mix overlaps both items by four frames";
  const auto started = stage.of_type("item_started");
  EXPECT_EQ(started.at(1)["frame"], 6);
  EXPECT_EQ(started.at(1)["planned_frame"], 6);
  EXPECT_EQ(stage.of_type("item_ended").at(0)["frame"], 10);
  EXPECT_EQ(stage.of_type("item_ended").at(0)["frames_sent"], 10);
}

TEST(Program, ClosesTheAsRunWhenTheChannelLeavesTheAir) {
  Stage stage;
  stage.program.load(stage.list({"a"}, true));
  stage.tick();
  stage.program.leave_air(stage.frame);
  const auto rest = stage.program.as_run().take();
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0]["type"], "item_ended");
  EXPECT_EQ(rest[0]["result"], "stopped");
}

TEST(Program, GoesOnWithTheNextPictureWhenNumbersOfFramesWereSkipped) {
  Stage stage;
  stage.program.load(stage.list({"a"}));
  EXPECT_EQ(stage.tick(), 1000);
  stage.frame += 250;
  EXPECT_EQ(stage.tick(), 1001);
}

}  // namespace
}  // namespace wyvern::feeder::test
