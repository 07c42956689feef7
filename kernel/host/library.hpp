// A plugin's shared object, loaded for good.
#pragma once

#include <filesystem>

#include "wyvern/abi/plugin.h"
#include "wyvern/result.hpp"

namespace wyvern::host {

// Loads with every symbol resolved now and kept local, and calls the entry. A library is loaded once and never
// unloaded: threads, thread-locals and static objects of a plugin may outlive what it says. Any thread.
Result<const wyv_plugin*> load_library(const std::filesystem::path& library);

}  // namespace wyvern::host
