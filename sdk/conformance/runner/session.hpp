// A run of the kit over one plugin.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kit/given.hpp"
#include "runner/check.hpp"
#include "runner/options.hpp"

namespace wyvern::conformance {

struct Session {
  Json manifest;                     // null when it cannot be read
  std::vector<CheckResult> results;  // in the order of the checks
};

// What the checks are given, for each kind that is asked for. Throws wyvern::Failure for a configuration that cannot be
// read or a kind that the plugin has not.
std::vector<Given> givens(const Options& options);
// The checks that are selected, and those that are skipped with their reason.
std::vector<Check> selected(const std::string& kind, const Options& options);

// `heard` gets each result as it comes.
Session run(const Options& options, const std::function<void(const CheckResult&)>& heard);

}  // namespace wyvern::conformance
