// Any bytes are a configuration, or have a located fault.
#include "config/config.hpp"
#include "memory_file.hpp"

namespace {

const nlohmann::json& manifest() {
  static const auto json = nlohmann::json::parse(R"json({"kinds": ["store", "surface"], "schema": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "path": {"type": "string", "x-path": true},
      "listen": {"type": "string", "pattern": "^[a-z0-9.:]+$"},
      "count": {"type": "integer", "default": 3},
      "either": {"oneOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "number"}}]},
      "tree": {"$ref": "#/definitions/tree"}
    },
    "definitions": {"tree": {"type": "object", "additionalProperties": {"$ref": "#/definitions/tree"}}}
  }})json");
  return json;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  wyvern::config::SchemaSource plugins;
  plugins.ids = {"p"};
  plugins.manifest = [](std::string_view id) { return id == "p" ? std::optional(manifest()) : std::nullopt; };
  const auto loaded = wyvern::config::load(file.path(), plugins);
  if (!loaded.config && loaded.diagnostics.empty()) __builtin_trap();
  for (const auto& fault : loaded.diagnostics)
    if (fault.code == "config.internal" || fault.message.empty()) __builtin_trap();
  if (loaded.config) (void)wyvern::config::redacted(*loaded.config);
  (void)wyvern::config::as_text(loaded.diagnostics);
  return 0;
}
