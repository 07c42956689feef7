// The runners for plugins that were built with a sanitizer: they take such plugins, and pass on what it finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "kit.hpp"

namespace wyvern::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Finding {
  const char* plugin;
  const char* variant;
  const char* check;  // that it fails in
  const char* said;   // by the sanitizer
};
std::ostream& operator<<(std::ostream& out, const Finding& finding) { return out << finding.plugin; }

class SanitizedRunner : public ::testing::TestWithParam<Finding> {};

TEST_P(SanitizedRunner, TellsWhatTheSanitizerFound) {
  const auto& [plugin, variant, check, said] = GetParam();
  const auto run = run_kit(menace(plugin), {"--only", "^" + std::string(check) + "$"}, true, variant);
  ASSERT_TRUE(run.report.is_object()) << run.output;
  EXPECT_THAT(bad_checks(run.report), ElementsAre(check));
  EXPECT_THAT(run.output, HasSubstr(said));
  EXPECT_THAT(run.output, HasSubstr("again: wyvern-conformance" + std::string(variant) + " "));
}

INSTANTIATE_TEST_SUITE_P(Each, SanitizedRunner,
                         ::testing::Values(Finding{"uses-freed", "-asan", "Order.StopTwice", "heap-use-after-free"},
                                           Finding{"overflows", "-asan", "Order.StopTwice", "signed integer overflow"},
                                           Finding{"leaks-a-little", "-asan", "Resources.MemoryIsFreed",
                                                   "detected memory leaks"},
                                           Finding{"races", "-tsan", "Order.StopTwice", "data race"}));

TEST(RunnerWithASanitizer, PassesAGoodPlugin) {
  for (const std::string variant : {"-asan", "-tsan"}) {
    const auto run = run_kit(menace("good-with" + variant), {}, true, variant);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    EXPECT_THAT(bad_checks(run.report), IsEmpty());
  }
}

TEST(RunnerWithASanitizer, IsWhatASanitizedPluginNeeds) {
  const auto run = run_kit(menace("good-with-asan"), {"--only", "^Order"}, true);
  EXPECT_EQ(run.exit_code, 1) << run.output;
}

}  // namespace
}  // namespace wyvern::test
