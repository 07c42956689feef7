// A program run to its end as a child that may do anything: bounded in time and in what it says, killed with everything
// that it started.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "wyvern/result.hpp"

namespace wyvern::library {

struct ChildLimits {
  std::chrono::milliseconds timeout;
  std::size_t output_bytes = std::size_t{1} << 20;
  std::size_t errors_bytes = 4096;  // the last ones are kept
};

struct ChildEnd {
  enum class How {
    exited,     // by itself: `code` is its exit status
    signalled,  // `code` is the signal
    overran,    // killed at the timeout
    flooded,    // killed for too much output
    withdrawn   // killed because keep_on said so
  };
  How how = How::exited;
  int code = 0;
  std::string output;  // its standard output
  std::string errors;  // the end of its standard error
};

// Runs `command` (an absolute path and arguments) with `input` as its standard input, an environment of a few harmless
// variables, no other descriptors, and a process group of its own. `keep_on` is asked some ten times a second. An error
// means that it could not be started. Any thread.
Result<ChildEnd> run_child(const std::vector<std::string>& command, const std::string& input, const ChildLimits& limits,
                           const std::function<bool()>& keep_on);

}  // namespace wyvern::library
