// One check in a process of its own, forked from the runner, which never loads a plugin itself. The process leads a
// group, which is killed whole when the check is over.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "kit/given.hpp"
#include "runner/check.hpp"

namespace wyvern::conformance {

class CheckProcess {
 public:
  // `given.scratch` is made for it, and removed with it. Throws std::system_error.
  CheckProcess(const Check& check, Given given, std::chrono::milliseconds deadline);
  ~CheckProcess();
  CheckProcess(const CheckProcess&) = delete;
  CheckProcess& operator=(const CheckProcess&) = delete;

  // Readable when there is news; to be polled.
  int descriptor() const { return report_; }
  std::chrono::steady_clock::time_point deadline() const { return deadline_; }
  // Takes the news. True once the check is over.
  bool advance();
  // The deadline has passed: asks it for its stack first, then kills it.
  void expire();
  // Once, when over.
  CheckResult result();

 private:
  void kill_group() const;

  const Check check_;
  const std::filesystem::path scratch_;
  const std::string kind_;
  const std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point deadline_;
  pid_t pid_ = -1;
  int report_ = -1;
  int output_ = -1;
  bool expired_ = false;
  std::string news_;
};

}  // namespace wyvern::conformance
