// From YAML to JSON, with the type of each scalar decided by its schema, keeping where everything stood.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/schema.hpp"
#include "config/yaml.hpp"

namespace wyvern::config {

struct Place {
  Location key;    // of a map's entry; else the same as `value`
  Location value;  // where the value begins; for an absent one, where its key stands
};

struct Converted {
  Json value;
  std::map<std::string, Place> places;             // by JSON pointer
  std::map<std::string, std::string> substituted;  // by JSON pointer: "${env:TOKEN}", as it stands in the file
  std::vector<std::string> unknown;                // pointers whose value could not be had; a fault is reported already
};

// `parts` gives a schema of its own to the subtrees at these pointers; `whole` is for the rest.
Converted convert(const YamlNode& root, const Json& whole, const std::map<std::string, Schema>& parts,
                  const std::string& file, const std::filesystem::path& base, std::vector<Diagnostic>& diagnostics);

// The place of a pointer, or of the nearest thing above it. `key`: where its key stands rather than its value.
Location locate(const Converted& converted, std::string pointer, bool key);

}  // namespace wyvern::config
