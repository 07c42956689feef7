// What no schema can say: checks over the whole of a file.
#pragma once

#include <vector>

#include "config/convert.hpp"
#include "config/instances.hpp"

namespace wyvern::config {

// Names of instances, listen addresses that collide, roles without what they need. Places are filled in by the caller.
std::vector<Diagnostic> check_whole_file(const Json& file, const std::vector<Claim>& claims);

}  // namespace wyvern::config
