// The child's half: runs one check and writes to the runner, a line each: "failure TEXT", "skipped TEXT",
// "frame MODULE OFFSET", and "end" when it is over. TEXT has its newlines escaped.
#pragma once

#include <string>

#include "kit/given.hpp"
#include "runner/check.hpp"

namespace wyvern::conformance {

[[noreturn]] void run_check(const Check& check, Given given, int report);

std::string escaped(const std::string& text);
std::string unescaped(const std::string& text);

}  // namespace wyvern::conformance
