#include "config/sections.hpp"

#include "config/config.hpp"

namespace wyvern::config {
namespace {

// The kernel's own sections. A field that is marked x-secret is never printed back; one that is marked x-path is made
// absolute, from the folder of the file.
constexpr const char* own_sections = R"json({
  "identity": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "bootstrap_token": {
        "type": "string", "minLength": 16, "maxLength": 512, "x-secret": true,
        "description": "On an empty store this becomes the first administrator's token; without it one is made and printed once"
      }
    }
  },
  "playout": {"type": "object"},
  "staging": {"type": "object"},
  "library": {"type": "object"},
  "worker": {"type": "object"},
  "log": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "level": {"enum": ["trace", "debug", "info", "warning", "error"], "default": "info"},
      "format": {"enum": ["json", "text"], "default": "json"}
    }
  }
})json";

constexpr const char* frame = R"json({
  "type": "object",
  "required": ["wyvern", "roles"],
  "additionalProperties": false,
  "properties": {
    "wyvern": {"const": 1, "type": "integer"},
    "roles": {
      "type": "array", "minItems": 1, "uniqueItems": true,
      "items": {"type": "string", "enum": ["controller", "node", "playout-worker", "capture-worker"]}
    },
    "state_dir": {"type": "string", "minLength": 1, "default": "var", "x-path": true},
    "plugin_dirs": {"type": "array", "items": {"type": "string", "minLength": 1, "x-path": true}, "default": []}
  }
})json";

constexpr const char* instances = R"json({
  "type": "object",
  "additionalProperties": {
    "type": "object",
    "required": ["plugin"],
    "properties": {"plugin": {"type": "string", "minLength": 1}}
  }
})json";

Json assemble() {
  Json schema = Json::parse(frame);
  Json own = Json::parse(own_sections);
  for (auto& [name, section] : own.items()) {
    section["default"] = Json::object();
    schema["properties"][name] = section;
  }
  for (const auto& kind : kinds()) schema["properties"][std::string(kind.section)] = Json::parse(instances);
  return schema;
}

}  // namespace

const Json& file_schema() {
  static const Json schema = assemble();
  return schema;
}

const std::vector<std::string>& kernel_sections() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    const Json own = Json::parse(own_sections);
    for (const auto& section : own.items()) found.push_back(section.key());
    return found;
  }();
  return names;
}

const std::vector<RoleNeeds>& role_needs() {
  static const std::vector<RoleNeeds> needs = {
      {"controller", {"store"}},
      {"node", {"runtime"}},
      {"playout-worker", {"engine"}},
      {"capture-worker", {"engine"}},
  };
  return needs;
}

}  // namespace wyvern::config
