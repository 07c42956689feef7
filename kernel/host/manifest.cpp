#include "host/manifest.hpp"

#include <string>

#include "config/schema.hpp"
#include "host/abi.hpp"
#include "host/elf_section.hpp"
#include "wyvern/abi/plugin.h"

namespace wyvern::host {
namespace {

constexpr const char* schema_text = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "The manifest of a Wyvern plugin",
  "type": "object",
  "required": ["id", "version", "kinds", "schema", "abi"],
  "properties": {
    "id": {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 64},
    "version": {"type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+([-+][0-9A-Za-z.+-]+)?$", "maxLength": 64},
    "summary": {"type": "string"},
    "kinds": {
      "type": "array", "minItems": 1, "uniqueItems": true,
      "items": {"enum": ["store", "storage", "runtime", "output", "capture", "engine", "surface"]}
    },
    "provides": {"type": "array", "items": {"type": "string"}},
    "requires": {"type": "array", "items": {"type": "string"}},
    "schema": {"type": "object"},
    "output_schema": {"type": "object"},
    "operations": {"type": "array"},
    "metrics": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["name", "type"],
        "properties": {
          "name": {"type": "string", "pattern": "^[a-zA-Z_:][a-zA-Z0-9_:]*$"},
          "type": {"enum": ["counter", "gauge"]},
          "help": {"type": "string"}
        }
      }
    },
    "abi": {
      "type": "object",
      "required": ["major", "minor"],
      "properties": {
        "major": {"type": "integer", "minimum": 1, "maximum": 65535},
        "minor": {"type": "integer", "minimum": 0, "maximum": 65535}
      }
    },
    "build": {"type": "object"}
  }
})json";

Error fault(std::string code, std::string message) {
  return {WYV_INVALID, std::move(code), std::move(message), "", false};
}

Abi version_in(const Json& abi) { return {abi.at("major").get<std::uint64_t>(), abi.at("minor").get<std::uint64_t>()}; }

struct TooDeep {};

// JSON's own nesting is read without recursion, but copied, compared and printed with it: so it is bounded here.
Json parse(std::string_view text) {
  return Json::parse(text.begin(), text.end(), [](int depth, Json::parse_event_t, Json&) {
    if (depth > manifest_depth_limit) throw TooDeep();
    return true;
  });
}

const config::Schema& compiled() {
  static const config::Schema schema(manifest_schema());
  return schema;
}

// The schemas that a manifest carries are checked with it, so that nobody meets a broken one later.
std::string broken_schema(const Json& manifest) {
  for (const char* key : {"schema", "output_schema"}) {
    if (!manifest.contains(key)) continue;
    try {
      const config::Schema schema(manifest[key]);
    } catch (const std::exception& bad) {
      return std::string(key) + ": " + bad.what();
    }
  }
  return {};
}

}  // namespace

const Json& manifest_schema() {
  static const Json schema = Json::parse(schema_text);
  return schema;
}

Result<Json> parse_manifest(std::string_view text) {
  if (text.size() > manifest_size_limit) return fault("plugin.manifest_size", "the manifest is too large");
  Json manifest;
  try {
    manifest = parse(text);
  } catch (const TooDeep&) {
    return fault("plugin.manifest_json",
                 "the manifest is nested deeper than " + std::to_string(manifest_depth_limit) + " levels");
  } catch (const Json::exception& bad) {
    return fault("plugin.manifest_json", std::string("the manifest is not JSON: ") + bad.what());
  }
  // The ABI first: a manifest of another major may have another schema.
  if (const Json* abi = manifest.is_object() && manifest.contains("abi") ? &manifest["abi"] : nullptr;
      abi != nullptr && abi->is_object() && abi->contains("major") && abi->contains("minor") &&
      (*abi)["major"].is_number_unsigned() && (*abi)["minor"].is_number_unsigned()) {
    auto loadable = check_abi(version_in(*abi), "abi:");
    if (!loadable) return std::move(loadable).error();
  }
  if (const auto faults = compiled().check(manifest); !faults.empty()) {
    std::string reasons;
    for (const auto& each : faults)
      reasons +=
          (reasons.empty() ? "" : "; ") + (each.pointer.empty() ? "" : each.pointer.substr(1) + ": ") + each.message;
    return fault("plugin.manifest", "the manifest is wrong: " + reasons);
  }
  if (auto broken = broken_schema(manifest); !broken.empty())
    return fault("plugin.manifest", "the manifest is wrong: " + broken);
  for (const char* key : {"provides", "requires"})
    for (const auto& service : manifest.value(key, Json::array()))
      if (auto loadable = check_draft(service, version_in(manifest["abi"]), std::string(key) + ":"); !loadable)
        return std::move(loadable).error();
  return manifest;
}

Result<Json> read_manifest(const std::filesystem::path& library) {
  auto text = read_elf_section(library, WYV_MANIFEST_SECTION, manifest_size_limit);
  if (!text) return std::move(text).error();
  return parse_manifest(*text);
}

}  // namespace wyvern::host
