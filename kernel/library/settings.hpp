// The `library` section of the configuration.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>

namespace wyvern::library {

using Json = nlohmann::json;

struct Settings {
  std::chrono::milliseconds probe_timeout{60'000};  // a probe that takes longer is killed
  int workers = 2;                                  // probes at the same time
};

Settings settings_from(const Json& section);

// The section's schema, for the check of the configuration.
Json settings_schema();

}  // namespace wyvern::library
