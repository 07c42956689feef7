// rows.txt says which test holds each row of the contract; here it is held to that.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "contract.hpp"

namespace wyvern::test {
namespace {

constexpr const char* folder = WYVERN_SOURCE_DIR "/tests";

// What stands left and right of "->", by line: "GET /jobs" and the names of tests, or "later: reason".
std::vector<std::pair<std::string, std::string>> rows() {
  std::vector<std::pair<std::string, std::string>> all;
  std::ifstream file(std::string(folder) + "/contract/rows.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto arrow = line.find(" -> ");
    if (arrow == std::string::npos) throw std::runtime_error("rows.txt: no arrow in: " + line);
    all.emplace_back(line.substr(0, arrow), line.substr(arrow + 4));
  }
  return all;
}

bool is_later(const std::string& tests) {
  return tests.starts_with("later: ") && tests.size() > std::string_view("later: ").size();
}

std::vector<std::string> names_in(const std::string& tests) {
  std::istringstream words(tests);
  return {std::istream_iterator<std::string>(words), {}};
}

// Those of this program as they are; those of others as their sources say.
std::set<std::string> known_tests() {
  std::set<std::string> known;
  const auto& program = *::testing::UnitTest::GetInstance();
  for (int suite = 0; suite < program.total_test_suite_count(); ++suite) {
    const auto& tests = *program.GetTestSuite(suite);
    for (int test = 0; test < tests.total_test_count(); ++test) {
      const std::string name = tests.GetTestInfo(test)->name();
      if (!name.starts_with("DISABLED_")) known.insert(std::string(tests.name()) + "." + name);
    }
  }
  static const std::regex macro(R"(TEST(?:_F)?\((\w+),\s*(\w+)\))");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto path = entry.path().string();
    if (!path.ends_with("_test.cpp") || path.starts_with(std::string(folder) + "/contract/")) continue;
    const auto text = read_file(path);
    for (std::sregex_iterator at(text.begin(), text.end(), macro), end; at != end; ++at)
      known.insert((*at)[1].str() + "." + (*at)[2].str());
  }
  return known;
}

TEST(Rows, EveryRowNamesTestsThatThereAre) {
  const auto known = known_tests();
  ASSERT_GT(known.size(), 400U);
  std::set<std::string> seen;
  for (const auto& [row, tests] : rows()) {
    EXPECT_TRUE(seen.insert(row).second) << row << " stands there twice";
    if (is_later(tests)) continue;
    const auto names = names_in(tests);
    EXPECT_FALSE(names.empty()) << row << " has no test";
    for (const auto& name : names) EXPECT_TRUE(known.contains(name)) << row << ": there is no test " << name;
  }
}

TEST(Rows, EveryRegressionCaseHasARow) {
  std::set<std::string> seen;
  for (const auto& [row, tests] : rows()) seen.insert(row.substr(0, row.find(':')));
  for (int number = 1; number <= 39; ++number) {
    EXPECT_TRUE(seen.contains("case " + std::to_string(number))) << "case " << number << " is not listed";
  }
}

// A test that is named for a case or a mended fault stands in the list, so that the list is whole.
TEST(Rows, EveryTestOfACaseOrAMendedFaultStandsInARow) {
  std::set<std::string> named;
  for (const auto& [row, tests] : rows()) {
    if (!is_later(tests)) {
      for (const auto& name : names_in(tests)) named.insert(name);
    }
  }
  for (const auto& test : known_tests()) {
    const auto name = test.substr(test.find('.') + 1);
    if (!name.starts_with("Case") && !name.starts_with("Mended_")) continue;
    EXPECT_TRUE(named.contains(test)) << test << " stands in no row";
  }
}

using RowsOfOperations = Contract;

TEST_F(RowsOfOperations, EveryOperationHasOneAndNoneIsOfAnOperationThatThereIsNot) {
  std::set<std::string> operations;
  const auto document = get("/openapi.json").body;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      operations.insert(upper + " " + path);
    }
  }
  std::set<std::string> listed;
  for (const auto& [row, tests] : rows()) {
    if (row.find(" /") == std::string::npos || row.find(':') != std::string::npos) continue;
    if (is_later(tests)) {
      EXPECT_FALSE(operations.contains(row)) << row << " is there by now: name its test";
      continue;
    }
    EXPECT_TRUE(operations.contains(row)) << row << " is no operation";
    listed.insert(row);
  }
  for (const auto& operation : operations) {
    EXPECT_TRUE(listed.contains(operation)) << operation << " has no row in rows.txt: which test holds it?";
  }
}

}  // namespace
}  // namespace wyvern::test
