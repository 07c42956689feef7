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

// From the section, with or without its defaults; its schema is in config/sections.cpp.
Settings settings_from(const Json& section);

}  // namespace wyvern::library
