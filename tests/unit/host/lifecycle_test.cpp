#include <gmock/gmock.h>

#include "stage.hpp"

namespace wyvern::host {
namespace {

using test::Stage;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::chrono::seconds long_enough{30};

TEST(Lifecycle, StartsByKindWhateverTheOrderOfTheFile) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("surface", "api"), Stage::actor("output", "srt"),
                                    Stage::actor("store", "main"), Stage::actor("output", "rtmp")}));
  EXPECT_THAT(stage.calls(),
              ElementsAre("create main", "prepare main", "start main", "create srt", "prepare srt", "start srt",
                          "create rtmp", "prepare rtmp", "start rtmp", "create api", "prepare api", "start api"));
  EXPECT_THAT(stage.host->names("output"), ElementsAre("srt", "rtmp"));
}

TEST(Lifecycle, StopsDependantsFirst) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("store", "main"), Stage::actor("surface", "api")}));
  const auto before = stage.calls().size();
  ASSERT_TRUE(stage.host->bring_down(long_enough));
  auto calls = stage.calls();
  calls.erase(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(before));
  EXPECT_THAT(calls, ElementsAre("drain api", "stop api", "destroy api", "drain main", "stop main", "destroy main"));
  EXPECT_EQ(stage.state("api"), "stopped");
}

TEST(Lifecycle, BroughtDownTwiceIsBroughtDownOnce) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("store", "main")}));
  ASSERT_TRUE(stage.host->bring_down(long_enough));
  const auto calls = stage.calls();
  ASSERT_TRUE(stage.host->bring_down(long_enough));
  EXPECT_EQ(stage.calls(), calls);
}

TEST(Lifecycle, CanBeginAgainAfterItsEnd) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("store", "main")}));
  ASSERT_TRUE(stage.host->bring_down(long_enough));
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("store", "main")}));
  EXPECT_EQ(stage.state("main"), "started");
}

TEST(Lifecycle, EndsWithTheHost) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("store", "main")}));
  stage.host.reset();
  EXPECT_EQ(stage.lines().back()["message"], "destroy main");
}

TEST(Lifecycle, LetsSurfacesComeLater) {
  Stage stage;
  const std::vector instances{Stage::actor("surface", "api"), Stage::actor("store", "main")};
  ASSERT_TRUE(stage.host->bring_up(instances, {}, without_surfaces));
  EXPECT_EQ(stage.state("api"), "absent");
  ASSERT_TRUE(stage.host->bring_up(instances, {}, only_surfaces));
  EXPECT_EQ(stage.state("api"), "started");
}

TEST(Lifecycle, TellsItsProgress) {
  Stage stage;
  std::vector<std::string> steps;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("store", "main")},
                                   [&](const config::InstanceConfig& instance, std::string_view step) {
                                     steps.push_back(instance.name + " " + std::string(step));
                                   }));
  EXPECT_THAT(steps, ElementsAre("main probe", "main create", "main prepare", "main start", "main started"));
}

class FailingStep : public testing::TestWithParam<const char*> {};

TEST_P(FailingStep, StopsWhatWasStartedInReverseAndNamesTheInstance) {
  Stage stage;
  const auto up =
      stage.host->bring_up({Stage::actor("store", "main"), Stage::actor("runtime", "here"),
                            Stage::actor("output", "bad", {{"fail_in", GetParam()}}), Stage::actor("surface", "api")});
  ASSERT_FALSE(up);
  EXPECT_THAT(up.error().message, HasSubstr("the output 'bad' (plugin actor) failed in " + std::string(GetParam())));
  EXPECT_THAT(up.error().message, HasSubstr("the settings say so"));
  EXPECT_EQ(up.error().code, "actor.told");
  EXPECT_EQ(up.error().cause, "the cause");
  EXPECT_EQ(stage.state("bad"), "failed");
  EXPECT_EQ(stage.state("main"), "stopped");
  EXPECT_EQ(stage.state("api"), "absent");
  auto calls = stage.calls();
  ASSERT_GE(calls.size(), 4U);
  calls.erase(calls.begin(), calls.end() - 4);
  EXPECT_THAT(calls, ElementsAre("stop here", "destroy here", "stop main", "destroy main"));
  EXPECT_THAT(stage.host->names("store"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Each, FailingStep, testing::Values("create", "prepare", "start"));

TEST(Lifecycle, OfAnInstanceThatCannotStopGoesOnWithTheOthers) {
  Stage stage;
  ASSERT_TRUE(
      stage.host->bring_up({Stage::actor("store", "main"), Stage::actor("output", "bad", {{"fail_in", "stop"}})}));
  const auto down = stage.host->bring_down(long_enough);
  ASSERT_FALSE(down);
  EXPECT_THAT(down.error().message, HasSubstr("'bad'"));
  EXPECT_EQ(stage.state("main"), "stopped");
}

TEST(Lifecycle, RefusesAnInstanceThatIsUpAlready) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("store", "main")}));
  const auto again = stage.host->bring_up({Stage::actor("store", "main")});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "host.up_already");
  EXPECT_EQ(stage.state("main"), "started");
}

TEST(Lifecycle, OfAPluginThatIsNotInstalledSaysSo) {
  Stage stage;
  auto wanted = Stage::actor("store", "main");
  wanted.plugin = "store-nowhere";
  const auto up = stage.host->bring_up({wanted});
  ASSERT_FALSE(up);
  EXPECT_EQ(up.error().code, "plugin.unknown");
}

}  // namespace
}  // namespace wyvern::host
