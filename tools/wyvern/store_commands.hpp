// `wyvern migrate` and `wyvern store copy`
#pragma once

#include <filesystem>
#include <ostream>
#include <vector>

namespace wyvern::cli {

struct MigrateOptions {
  std::filesystem::path config;
  std::vector<std::filesystem::path> plugin_dirs;
  bool plan = false;  // only say what would be done
};

struct StoreCopyOptions {
  std::filesystem::path from;
  std::filesystem::path to;
  std::vector<std::filesystem::path> plugin_dirs;
};

// Both throw Failure.
void migrate(const MigrateOptions& options, std::ostream& out);
void copy_store(const StoreCopyOptions& options, std::ostream& out);

}  // namespace wyvern::cli
