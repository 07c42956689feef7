// A check, and what came of it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace wyvern::conformance {

enum class Verdict { passed, failed, crashed, hung, skipped, not_run };
const char* to_string(Verdict verdict);

struct Check {
  std::string suite;  // "Order"
  std::string name;   // "StopTwice"
  std::string full() const { return suite + "." + name; }
};

struct CheckResult {
  std::string check;  // "Order.StopTwice"
  std::string kind;
  Verdict verdict = Verdict::not_run;
  std::vector<std::string> reasons;  // of a failure; one for what was skipped or not run
  std::vector<std::string> stack;    // of a crash or a hang
  std::string output;                // the end of what it wrote to standard output and standard error
  std::chrono::milliseconds took{};
  int repetition = 0;

  bool bad() const { return verdict == Verdict::failed || verdict == Verdict::crashed || verdict == Verdict::hung; }
};

// Every check of this program that concerns a plugin of that kind, those of loading first.
std::vector<Check> checks_for(const std::string& kind);
inline bool concerns_loading(const Check& check) { return check.suite == "Load"; }

}  // namespace wyvern::conformance
