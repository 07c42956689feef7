// What a process holds: what a plugin must give back.
#pragma once

#include <chrono>
#include <cstddef>
#include <set>
#include <string>

namespace wyvern::conformance {

// Of this process. Names of what differs are for people.
struct ProcessFacts {
  std::set<std::string> threads;      // "1234 wyv-scheduler"
  std::set<std::string> descriptors;  // "7 socket:[1234]"
  std::set<std::string> children;     // "1240 ffmpeg"
};

ProcessFacts look_at_process();
// What `now` has and `before` had not.
std::string more(const std::set<std::string>& before, const std::set<std::string>& now);
// A thread that has ended is still listed for a moment: waits up to `patience` for the facts to be as before in all but
// what `now` is asked for.
ProcessFacts settle(const ProcessFacts& before, std::chrono::milliseconds patience = std::chrono::seconds(2));

// What this thread, ready to run, has waited for a processor so far: what others took, on a busy machine.
std::chrono::nanoseconds time_without_a_processor();
std::size_t heap_bytes();  // in use
// What was written to standard output so far, by whatever way; the runner has pointed it to a file.
std::size_t stdout_bytes();

}  // namespace wyvern::conformance
