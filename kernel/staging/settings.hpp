// The `staging` section of the configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace wyvern::staging {

using Json = nlohmann::json;

struct Settings {
  int workers = 2;                          // copies at the same time
  std::filesystem::path cache_dir;          // absolute; this process's alone
  std::uint64_t cache_limit_bytes = 0;      // 0: as much as the disk holds
  std::chrono::milliseconds lease{30'000};  // a worker that is silent for so long has lost its job
  std::chrono::milliseconds poll{1'000};    // how often workers look without being woken
};

// From the section with its defaults filled in or not; `state_dir` holds the cache when the section names no folder.
Settings settings_from(const Json& section, const std::filesystem::path& state_dir);

}  // namespace wyvern::staging
