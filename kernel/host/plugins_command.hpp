// `wyvern plugins [--json] [--plugins DIR] [--retry]`
#pragma once

#include <filesystem>
#include <ostream>
#include <vector>

#include "host/catalogue.hpp"

namespace wyvern::host {

struct PluginsOptions {
  bool json = false;
  bool retry = false;  // forgets every quarantine first
  std::vector<std::filesystem::path> plugin_dirs;
  std::filesystem::path cache_dir = default_cache_dir();
};

// What is installed, from manifests alone. Returns the exit code: 0, or 1 when the cache cannot be cleared.
int plugins_command(const PluginsOptions& options, std::ostream& out);

}  // namespace wyvern::host
