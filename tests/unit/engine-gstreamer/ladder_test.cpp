// Item, next item, filler, slate: each step down with its reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "made_up_source.hpp"

namespace wyvern::feeder::test {
namespace {

using testing::ElementsAre;

TEST(Ladder, DiscardsABadItemBeforeItsBoundarySoThatNothingIsSeenOfIt) {
  Stage stage;
  stage.bad = {"b"};
  stage.program.load(stage.list({"a", "b", "c"}));
  EXPECT_THAT(stage.ticks(5), ElementsAre(1000, 1001, 1002, 3000, 3001));
  EXPECT_EQ(stage.of_type("item_discarded").at(0)["item_id"], "b");
  EXPECT_EQ(stage.of_type("item_discarded").at(0)["reason"], "it is bad");
  EXPECT_TRUE(stage.of_type("step_down").empty());
}

TEST(Ladder, LetsTheNextItemTakeOverWhenOneBreaksOnAir) {
  Stage stage;
  stage.prepare = [](MadeUpSource& source) {
    if (source.path_ == "a") source.breaks_at_ = 2;
  };
  stage.program.load(stage.list({"a", "b", "c"}));
  EXPECT_THAT(stage.ticks(5), ElementsAre(1000, 1001, 2000, 2001, 3000));
  EXPECT_THAT(stage.story(), ElementsAre("item_started a", "item_ended a failed", "step_down next", "item_started b",
                                         "item_ended b played", "step_up item", "item_started c"));
  EXPECT_EQ(stage.of_type("step_down").at(0)["reason"], "it broke");
}

TEST(Ladder, HoldsTheLastPictureForAWhileThenShowsTheFillerAndStepsUpAgain) {
  Settings settings;
  settings.hold_ns = 2 * 40'000'000;
  Stage stage(Clip{"c", 0, std::nullopt}, settings);
  stage.slow_to_prepare = {"b"};
  stage.program.load(stage.list({"a", "b"}));
  EXPECT_THAT(stage.ticks(8), ElementsAre(1000, 1001, 1002, 1002, 1002, 3000, 3001, 3002));
  for (auto& source : stage.cued) source->ready_ = true;
  EXPECT_EQ(stage.tick(), 2000);
  EXPECT_THAT(stage.story(), ElementsAre("item_started a", "item_ended a played", "step_down filler", "step_up item",
                                         "item_started b"));
}

TEST(Ladder, EndsWithTheSlateWhenThereIsNoFiller) {
  Settings settings;
  settings.hold_ns = 0;
  Stage stage(std::nullopt, settings);
  stage.slow_to_prepare = {"b"};
  stage.program.load(stage.list({"a", "b"}));
  EXPECT_THAT(stage.ticks(5), ElementsAre(1000, 1001, 1002, -1, -1));
  EXPECT_EQ(stage.program.status()["rung"], "slate");
  EXPECT_EQ(stage.program.status()["reason"], "the next item is not ready");
  EXPECT_EQ(stage.program.status()["state"], "playing");
}

TEST(Ladder, LoopsTheFiller) {
  Settings settings;
  settings.hold_ns = 0;
  Stage stage(Clip{"b", 0, std::nullopt}, settings);
  stage.slow_to_prepare = {"c"};
  stage.program.load(stage.list({"a", "c"}));
  EXPECT_THAT(stage.ticks(8), ElementsAre(1000, 1001, 1002, 2000, 2001, 2000, 2001, 2000));
}

TEST(Ladder, TriesAListOfBadItemsAgainAfterAWhileInsteadOfWithoutEnd) {
  Stage stage;
  stage.bad = {"a", "b"};
  stage.program.load(stage.list({"a", "b"}, true));
  stage.ticks(40);
  const auto tried = stage.cued.size();
  EXPECT_LE(tried, 6U);
  stage.bad.clear();
  stage.ticks(60);
  EXPECT_EQ(stage.program.status()["item"]["id"].is_null(), false);
}

TEST(Ladder, EndsPlaybackWhenNoItemOfAListWithoutLoopCanBePlayed) {
  Stage stage;
  stage.bad = {"b"};
  stage.program.load(stage.list({"b"}));
  EXPECT_THAT(stage.ticks(3), ElementsAre(-1, -1, -1));
  EXPECT_EQ(stage.of_type("item_discarded").size(), 1U);
  EXPECT_EQ(stage.program.status()["state"], "idle");
  EXPECT_NE(stage.program.status()["reason"].get<std::string>().find("it is bad"), std::string::npos);
}

TEST(Ladder, KeepsTheOldListOnAirWhenNothingOfALoadedOneCanBePlayed) {
  Stage stage;
  stage.program.load(stage.list({"a"}, true));
  stage.tick();
  stage.bad = {"b"};
  stage.program.load(stage.list({"b"}));
  EXPECT_THAT(stage.ticks(3), ElementsAre(1001, 1002, 1000));
}

TEST(Ladder, NoticesAClipThatEndsLongBeforeItsTime) {
  Stage stage;
  stage.prepare = [](MadeUpSource& source) {
    if (source.path_ == "a") source.length_ = 10, source.knows_length_ = false;
  };
  stage.lengths["a"] = 100;
  stage.program.load(stage.list({"a", "b"}));
  stage.ticks(12);
  EXPECT_EQ(stage.of_type("item_ended").at(0)["result"], "failed");
  EXPECT_EQ(stage.of_type("step_down").at(0)["rung"], "next");
}

}  // namespace
}  // namespace wyvern::feeder::test
