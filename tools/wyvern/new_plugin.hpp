// `wyvern new-plugin KIND NAME`
#pragma once

#include <string>

#include "wyvern/result.hpp"

namespace wyvern::cli {

// Copies the template of that kind into a new folder NAME of the working directory. Returns what to do next, for a
// person. Nothing is left behind when it fails.
Result<std::string> new_plugin(const std::string& kind, const std::string& name);

}  // namespace wyvern::cli
