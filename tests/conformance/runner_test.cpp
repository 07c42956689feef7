// The runner itself: what it answers with, and what it survives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "kit.hpp"

namespace wyvern::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string good() { return broken_plugin("good.good_output"); }

TEST(Runner, AnswersTwoForWhatIsNoUse) {
  EXPECT_EQ(run_kit("/no/such/file.so", {}, false).exit_code, 2);
  EXPECT_EQ(run_kit(good(), {"--no-such-option"}, false).exit_code, 2);
  EXPECT_EQ(run_kit(good(), {"--only", "NoSuchCheck"}, false).exit_code, 2);
  EXPECT_EQ(run_kit(good(), {"--only", "("}, false).exit_code, 2);
  EXPECT_EQ(run_kit(good(), {"--kind", "store"}, false).exit_code, 2);
  EXPECT_EQ(run_kit(good(), {"--config", "/no/such/file.json"}, false).exit_code, 2);
}

TEST(Runner, WantsAReasonForASkip) {
  EXPECT_EQ(run_kit(good(), {"--skip", "Order"}, false).exit_code, 2);
  const auto run = run_kit(good(), {"--only", "^Order", "--skip", "StopTwice=it is mended next week"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("it is mended next week"));
}

TEST(Runner, AnswersFourWhenAllWasSkipped) {
  EXPECT_EQ(run_kit(good(), {"--only", "^Order", "--skip", "Order=no"}).exit_code, 4);
}

TEST(Runner, AnswersThreeWhenItsReportCannotBeWritten) {
  EXPECT_EQ(run_kit(good(), {"--only", "StopTwice", "--json", "/no/such/folder/a.json"}, false).exit_code, 3);
}

TEST(Runner, ListsWithoutRunning) {
  const auto run = run_kit(menace("hangs"), {"--list"}, false);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, HasSubstr("Order.StopTwice"));
}

TEST(Runner, GivesAnEngineTheChannelThatIsAskedFor) {
  const auto file = std::filesystem::temp_directory_path() / ("wyvern-channel-" + std::to_string(getpid()));
  const auto run = [&](const char* channel) {
    std::ofstream(file) << "{\"channel\": " << channel << "}";
    return run_kit(broken_plugin("good.good_engine"), {"--only", "^Engine\\.GoesOnAir$", "--config", file.string()});
  };
  EXPECT_EQ(run(R"({"format": {"width": 1920, "height": 1080}})").report["passed"], 1);
  const auto refused = run(R"({"format": {"width": 0}})");
  std::filesystem::remove(file);
  EXPECT_THAT(bad_checks(refused.report), ElementsAre("Engine.GoesOnAir")) << refused.output;
}

TEST(Runner, RepeatsAndCountsWithASeed) {
  const auto run = run_kit(good(), {"--only", "StopTwice", "--repeat", "5", "--seed", "7"});
  EXPECT_EQ(run.report["passed"], 5) << run.output;
  EXPECT_EQ(run.report["seed"], 7);
}

TEST(Runner, GivesALineThatRepeatsAFailure) {
  const auto run = run_kit(broken_plugin("Order.StopTwice"), {"--only", "^Order"});
  ASSERT_EQ(bad_checks(run.report).size(), 1U) << run.output;
  std::string again;
  for (const auto& result : run.report["results"])
    if (result["verdict"] == "failed") again = result["again"];
  ASSERT_THAT(again, HasSubstr("wyvern-conformance "));
  FILE* pipe = popen((std::string(WYVERN_BUILD_DIR) + "/bin/" + again + " 2>&1").c_str(), "r");
  std::string output;
  for (int c; (c = fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  EXPECT_NE(pclose(pipe), 0);
  EXPECT_THAT(output, HasSubstr("FAIL  Order.StopTwice"));
  EXPECT_THAT(output, HasSubstr("0 passed, 1 failed"));
}

TEST(Runner, WritesJunit) {
  const auto path = std::filesystem::temp_directory_path() / ("wyvern-junit-" + std::to_string(getpid()));
  const auto run = run_kit(broken_plugin("Order.StopTwice"), {"--only", "^Order", "--junit", path.string()});
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  std::filesystem::remove(path);
  EXPECT_THAT(text.str(), HasSubstr("failures=\"1\""));
  EXPECT_THAT(text.str(), HasSubstr("<testcase classname=\"output.Order\" name=\"StopTwice\""));
}

TEST(Runner, TellsWhereACrashWas) {
  const auto run = run_kit(broken_plugin("Creation.AndDestructionWithoutAStart"), {"--only", "AndDestruction"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("(crashed)"));
  EXPECT_THAT(run.output, HasSubstr("SIGABRT"));
  EXPECT_THAT(run.output, HasSubstr("at destroy")) << "the plugin's own function, by name";
}

TEST(Runner, EndsACheckThatHangsAndGoesOn) {
  const auto run = run_kit(menace("hangs"), {"--only", "^Order\\.(StopTwice|StopWithoutPrepare)$", "--timeout", "1"});
  EXPECT_THAT(bad_checks(run.report), ElementsAre("Order.StopTwice")) << run.output;
  EXPECT_EQ(run.report["passed"], 1) << run.output;
  EXPECT_THAT(run.output, HasSubstr("(hung)"));
}

TEST(Runner, KillsWhatACheckLeftRunning) {
  const auto run = run_kit(menace("leaves-a-child"), {"--only", "^Order\\.StopTwice$"});
  EXPECT_EQ(run.exit_code, 0) << run.output;  // it came back at once, though its child holds the pipe
  const auto found = run_kit(menace("leaves-a-child"), {"--only", "^Resources\\.ChildrenEndWithStop$"});
  EXPECT_THAT(bad_checks(found.report), ElementsAre("Resources.ChildrenEndWithStop"));
  FILE* pipe = popen("pgrep -f menaces/leaves-a-child.so", "r");
  std::string left;
  for (int c; (c = fgetc(pipe)) != EOF;) left += static_cast<char>(c);
  const int status = pclose(pipe);
  // pgrep sees the shell that runs it, and no more.
  EXPECT_LE(std::count(left.begin(), left.end(), '\n'), 1) << left << status;
}

TEST(Runner, SurvivesAPluginThatClosesItsDescriptors) {
  const auto run = run_kit(menace("closes-everything"), {"--only", "^Order\\.(StopTwice|StopWithoutPrepare)$"});
  EXPECT_THAT(bad_checks(run.report), ElementsAre("Order.StopTwice")) << run.output;
  EXPECT_EQ(run.report["passed"], 1);
}

TEST(Runner, IsNotFooledByAnEarlyEnd) {
  const auto run = run_kit(menace("lies"), {"--only", "^Order\\.StopTwice$"});
  EXPECT_THAT(bad_checks(run.report), ElementsAre("Order.StopTwice")) << run.output;
  EXPECT_THAT(run.output, HasSubstr("it ended its process with status 0"));
}

}  // namespace
}  // namespace wyvern::test
