// Where a check was when it crashed or hung.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wyvern::conformance {

struct Frame {
  std::string module;
  std::uint64_t offset;
};

// In the child: on a deadly signal, or on SIGABRT from the runner, writes its stack as lines "frame MODULE OFFSET".
void tell_stack_on_crash(int report);

std::optional<Frame> parse_frame(const std::string& line);
// In the runner: function, file and line by addr2line where it is installed, else module and offset.
std::vector<std::string> symbolised(const std::vector<Frame>& frames);

}  // namespace wyvern::conformance
