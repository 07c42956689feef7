#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace wyvern::conformance {

struct Options {
  std::filesystem::path plugin;
  std::string kind;                         // empty: every kind of the plugin
  std::filesystem::path config;             // a JSON file; empty: the manifest's examples
  std::string only;                         // regular expression over "Suite.Name"; empty: all
  std::map<std::string, std::string> skip;  // regular expression -> reason
  bool list = false;
  int jobs = 1;
  int repeat = 1;
  std::uint64_t seed = 0;
  std::chrono::milliseconds deadline{30'000};  // of one check
  std::filesystem::path json, junit;           // empty: not written
};

// What the process answers with.
enum ExitCode { exit_passed = 0, exit_failed = 1, exit_usage = 2, exit_own_fault = 3, exit_all_skipped = 4 };

}  // namespace wyvern::conformance
