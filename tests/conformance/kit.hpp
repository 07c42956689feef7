// Runs wyvern-conformance of this build, and reads what it says.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wyvern::test {

using Json = nlohmann::json;

struct KitRun {
  int exit_code = -1;
  std::string output;  // standard output and standard error
  Json report;         // of --json; null when there is none
};

// With --json added, unless it is not wanted. `variant` of the runner: "-asan" or "-tsan".
KitRun run_kit(const std::string& plugin, const std::vector<std::string>& options = {}, bool report = true,
               const std::string& variant = "");

// Paths of plugins of this build: "Order.StopTwice" of the broken ones, or "hangs" of the menaces.
std::string broken_plugin(const std::string& check);
std::string menace(const std::string& name);

// The checks that failed, crashed or hung.
std::vector<std::string> bad_checks(const Json& report);

}  // namespace wyvern::test
