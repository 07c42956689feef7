// The configuration file: read once, checked whole, and handed on as plain data.
//
//   auto loaded = config::load("wyvern.yaml", catalogue.schema_source());
//   if (!loaded.config) return complain(loaded.diagnostics);
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"

namespace wyvern::config {

// One plugin instance that the file asks for.
struct InstanceConfig {
  std::string kind;    // "store", "storage", "runtime", "capture", "output", "engine", "surface"
  std::string name;    // the instance's key in the file
  std::string plugin;  // the plugin's id
  // Checked against the manifest's schema: substituted, with defaults, x-path fields absolute, without the `plugin`
  // key. Holds secrets in the clear.
  Json settings = Json::object();
  Location at;
};

struct Config {
  std::filesystem::path file;                      // absolute
  std::filesystem::path state_dir;                 // absolute; need not exist yet
  std::vector<std::string> roles;                  // "controller", "node", "playout-worker", "capture-worker"
  std::vector<std::filesystem::path> plugin_dirs;  // absolute; empty when the file names none
  std::vector<InstanceConfig> instances;           // by the order of kinds, then as they stand in the file
  // The kernel's own sections (identity, playout, staging, library, worker, log), defaults filled in; each present.
  Json sections = Json::object();
  // The whole effective configuration, with "(secret)" in place of every secret.
  Json printable = Json::object();
};

// What the loader must know of plugins, so that it needs no host.
struct SchemaSource {
  // The manifest of an installed plugin that can be used, or nothing.
  std::function<std::optional<Json>(std::string_view id)> manifest;
  // Ids of the plugins that can be used, for suggestions.
  std::vector<std::string> ids;
  // Plugins that are there but cannot be used, with the reason.
  std::map<std::string, std::string> refused;
};

struct Loaded {
  std::optional<Config> config;  // absent when any diagnostic is an error
  std::vector<Diagnostic> diagnostics;
};

// Never throws for a fault in the file: every fault found in one pass is a diagnostic.
Loaded load(const std::filesystem::path& file, const SchemaSource& plugins);

// The folders named by `plugin_dirs` in the file, absolute; nothing when the file cannot be read or names none. For
// finding the plugins before the file can be checked against their schemas; complains of nothing.
std::vector<std::filesystem::path> plugin_dirs_in(const std::filesystem::path& file);

// The effective configuration as YAML, for `--print-config`: no secret in it.
std::string redacted(const Config& config);

// The kinds of plugins in the order in which they are brought up, with the section of each.
struct Kind {
  std::string_view name;     // "storage"
  std::string_view section;  // "storages"
};
const std::vector<Kind>& kinds();

}  // namespace wyvern::config
