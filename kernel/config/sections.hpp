// The schema of the file itself: the kernel's own sections, and the frame of those that hold plugins.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace wyvern::config {

using Json = nlohmann::json;

// The whole file; inside an instance it asks for no more than `plugin`.
const Json& file_schema();

// Names of the kernel's own sections: identity, playout, …
const std::vector<std::string>& kernel_sections();

// A role works only with an instance of each of these kinds.
struct RoleNeeds {
  std::string_view role;
  std::vector<std::string_view> kinds;
};
const std::vector<RoleNeeds>& role_needs();

}  // namespace wyvern::config
