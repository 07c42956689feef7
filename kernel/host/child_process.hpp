// A short-lived child with a deadline, in a process group of its own that is ended whole.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "wyvern/result.hpp"

namespace wyvern::host {

struct ChildOutcome {
  bool timed_out = false;
  int exit_status = -1;  // or -1
  int signal = 0;        // or 0
  std::string report;    // what it wrote to descriptor 3, up to 64 KiB
  std::string output;    // the end of what it wrote to stdout and stderr, up to 2 KiB
};

// Runs the command with an empty stdin and no other descriptors. Whatever it leaves running in its group is killed.
Result<ChildOutcome> run_child(const std::vector<std::string>& command, std::chrono::milliseconds deadline);

// "SIGSEGV (Segmentation fault)"
std::string signal_name(int signal);

}  // namespace wyvern::host
