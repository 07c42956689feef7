// What a check gets: one plugin, one of its kinds, and a configuration that it accepts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace wyvern::conformance {

using Json = nlohmann::json;

struct Given {
  std::filesystem::path library;
  Json manifest;  // null when it could not be read
  std::string kind;
  Json config;                    // of the instance; null when there is none that its schema accepts
  Json output_config;             // of an output, for a channel; null for other kinds
  Json workload;                  // what every workload of a runtime needs, as an image; null for none
  Json channel;                   // what a channel of an engine must have, as a format that it knows; null for nothing
  std::filesystem::path scratch;  // an empty folder of the check's own
  std::uint64_t seed = 0;
};

// Set once in the process that checks, before any check runs.
void give(Given given);
const Given& given();

}  // namespace wyvern::conformance
