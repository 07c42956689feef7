// What the playout room is given by the application: services of plugins, other rooms, and its settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "events/log.hpp"
#include "playout/secrets.hpp"
#include "store/store.hpp"
#include "wyvern/abi/output.h"
#include "wyvern/abi/runtime.h"

namespace wyvern::playout {

using Json = nlohmann::json;

// A configured output plugin; the key in the map is the output_type.
struct OutputAccess {
  const wyv_output_v1* table = nullptr;
  wyv_instance* instance = nullptr;
  Json schema;  // of output_config, from the plugin's manifest
  std::vector<std::string> secret_names = secret_names_in(schema);
};

struct RuntimeAccess {
  const wyv_runtime_v1* table = nullptr;
  wyv_instance* instance = nullptr;
};

// The engine that workers are told to load. It is not loaded here.
struct EngineChoice {
  std::string name;         // the instance's key in the YAML
  std::string plugin;       // "engine-gstreamer"
  std::string renders_for;  // the name that outputs render for: "gstreamer"
  Json settings;
};

// A ready file of the media cache, in the asset's present version.
struct HeldMedia {
  std::string path;
  std::int64_t size_bytes = 0;
  store::Timestamp used_at = {};
};

struct Settings {
  std::chrono::milliseconds worker_start_timeout{15000};
  std::chrono::milliseconds worker_silence{5000};
  std::chrono::milliseconds stop_grace{5000};
  int first_worker_port = 23000;
  int last_worker_port = 23999;
  bool preview = true;
  std::string filler;  // path of a clip, or empty

  // From the `playout` section; see config/sections.cpp for its schema.
  static Settings from(const Json& section);
};

struct Dependencies {
  store::Store store;
  events::Log& events;
  std::map<std::string, OutputAccess> outputs;
  RuntimeAccess runtime;
  EngineChoice engine;
  Settings settings;
  std::string node;                 // this node's name, for claims
  std::filesystem::path state_dir;  // absolute; a folder per channel is made in state_dir/playout
  std::filesystem::path program;    // wyvernd
  std::vector<std::filesystem::path> plugin_dirs;
  std::string secret;  // 32 random bytes, kept across restarts: worker tokens come from it
  // Asks for an asset's media in the cache, within the session's transaction.
  std::function<void(store::Session&, std::string_view asset_id)> request_media;
  // The same, for media that the transaction has just seen in the cache: false when their file is not there, so that
  // they must be asked for.
  std::function<bool(store::Session&, std::string_view asset_id, const HeldMedia& held)> request_held_media;
  std::function<void(std::int32_t level, std::string_view message, const Json& fields)> log;
};

}  // namespace wyvern::playout
