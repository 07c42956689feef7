// That each check can fail, and fails for its own broken plugin only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "kit.hpp"

namespace wyvern::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const fs::path sources = fs::path(WYVERN_SOURCE_DIR) / "sdk/conformance/broken";

// Every check, several at once: most of their time they wait.
KitRun run_all(const std::string& plugin) { return run_kit(plugin, {"--jobs", "8"}); }

// "Suite.Check" -> what its plugin breaks: the first line of its source.
std::map<std::string, std::string> broken_plugins() {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(sources)) {
    if (entry.path().extension() != ".c" || entry.path().parent_path().filename() == "good") continue;
    std::ifstream file(entry.path());
    std::string line;
    std::getline(file, line);
    if (line.size() > 6) line = line.substr(3, line.size() - 6);
    all[entry.path().parent_path().filename().string() + "." + entry.path().stem().string()] = line;
  }
  return all;
}

// One of each kind.
std::vector<std::string> good_plugins() {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(sources / "good"))
    if (entry.path().extension() == ".c") all.push_back("good." + entry.path().stem().string());
  return all;
}

std::set<std::string> checks() {
  std::set<std::string> names;
  for (const auto& plugin : good_plugins()) {
    std::istringstream lines(run_kit(broken_plugin(plugin), {"--list"}, false).output);
    for (std::string line; std::getline(lines, line);) names.insert(line.substr(line.rfind(' ') + 1));
  }
  return names;
}

TEST(Proof, GoodPluginsPassEveryCheck) {
  for (const auto& plugin : good_plugins()) {
    const auto run = run_all(broken_plugin(plugin));
    EXPECT_EQ(run.exit_code, 0) << run.output;
    EXPECT_THAT(bad_checks(run.report), IsEmpty());
  }
}

TEST(Proof, EachCheckHasABrokenPlugin) {
  const auto broken = broken_plugins();
  for (const auto& check : checks()) EXPECT_TRUE(broken.contains(check)) << check << " was never seen to fail";
  const auto known = checks();
  for (const auto& [check, what] : broken) EXPECT_TRUE(known.contains(check)) << check << " proves no check";
}

std::vector<std::string> suites() {
  std::set<std::string> names;
  for (const auto& [check, what] : broken_plugins()) names.insert(check.substr(0, check.find('.')));
  return {names.begin(), names.end()};
}

class ProofOf : public ::testing::TestWithParam<std::string> {};

// What these print together is the table of the kit's checks and of what proves them.
TEST_P(ProofOf, EachBrokenPluginFailsItsOwnCheckOnly) {
  for (const auto& [check, what] : broken_plugins()) {
    if (!check.starts_with(GetParam() + ".")) continue;
    const auto run = run_all(broken_plugin(check));
    ASSERT_FALSE(run.report.is_null()) << check << ": " << run.output;
    EXPECT_THAT(bad_checks(run.report), ElementsAre(check)) << run.output;
    EXPECT_EQ(run.exit_code, 1) << check;
    std::cout << "| " << check << " | " << what << " |\n";
  }
}

INSTANTIATE_TEST_SUITE_P(Suite, ProofOf, ::testing::ValuesIn(suites()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace wyvern::test
