// The instances that a file asks for, and the schemas that their plugins give them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/convert.hpp"
#include "config/schema.hpp"
#include "config/yaml.hpp"

namespace wyvern::config {

// One `plugin:` line of the file, before anything else is known of it.
struct Claim {
  const Kind* kind;
  std::string name;
  std::string plugin;
  std::string pointer;  // "/outputs/srt"
};
std::vector<Claim> find_claims(const YamlNode& root);

// By pointer: the schema of each claim whose plugin is known and does what its section is for. The others become
// diagnostics at the place of the `plugin` line.
struct ClaimedSchemas {
  std::map<std::string, Schema> by_pointer;
  std::vector<Diagnostic> diagnostics;  // their places are filled in later, from `path`
};
ClaimedSchemas schemas_for(const std::vector<Claim>& claims, const SchemaSource& plugins);

}  // namespace wyvern::config
