#include "runner/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace wyvern::conformance {

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "passed";
    case Verdict::failed:
      return "failed";
    case Verdict::crashed:
      return "crashed";
    case Verdict::hung:
      return "hung";
    case Verdict::skipped:
      return "skipped";
    case Verdict::not_run:
      return "not run";
  }
  return "";
}

std::vector<Check> checks_for(const std::string& kind) {
  // Suites of one kind carry its name; all others are for every plugin.
  static const std::map<std::string, std::string> kinds{{"Output", "output"}, {"Storage", "storage"},
                                                        {"Store", "store"},   {"Runtime", "runtime"},
                                                        {"Engine", "engine"}, {"Surface", "surface"}};
  const auto of_another_kind = [&](const std::string& suite) {
    return std::any_of(kinds.begin(), kinds.end(), [&](const auto& entry) {
      return suite.starts_with(entry.first) && entry.second != kind &&
             (suite.size() == entry.first.size() || std::isupper(suite[entry.first.size()]));
    });
  };
  std::vector<Check> checks;
  const auto* all = ::testing::UnitTest::GetInstance();
  for (int i = 0; i < all->total_test_suite_count(); ++i) {
    const auto* suite = all->GetTestSuite(i);
    if (of_another_kind(suite->name())) continue;
    for (int j = 0; j < suite->total_test_count(); ++j)
      checks.push_back({suite->name(), suite->GetTestInfo(j)->name()});
  }
  std::stable_partition(checks.begin(), checks.end(), concerns_loading);
  return checks;
}

}  // namespace wyvern::conformance
