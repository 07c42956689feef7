// Configuration files of one test, loaded against plugins that exist only as manifests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "config/config.hpp"

namespace wyvern::config::test {

inline Json manifests() {
  return Json::parse(R"json({
    "store-sqlite": {"kinds": ["store"], "schema": {
      "type": "object", "required": ["path"], "additionalProperties": false,
      "properties": {
        "path": {"type": "string", "minLength": 1, "x-path": true},
        "readers": {"type": "integer", "minimum": 1, "maximum": 64, "default": 8},
        "password": {"type": "string", "x-secret": true},
        "sync": {"type": "boolean"},
        "ratio": {"type": "number"},
        "mode": {"enum": ["fast", "safe"]},
        "label": {"type": "string", "pattern": "^[a-z]*$"},
        "size": {"type": ["integer", "string"]},
        "limits": {"type": "object", "properties": {"rows": {"type": "integer", "default": 5}}},
        "tags": {"type": "array", "items": {"type": "string"}}
      }}},
    "runtime-process": {"kinds": ["runtime"], "schema": {"type": "object", "additionalProperties": false}},
    "rest": {"kinds": ["surface"], "schema": {
      "type": "object", "required": ["listen"], "additionalProperties": false,
      "properties": {"listen": {"type": "string"}}}},
    "output-any": {"kinds": ["output"], "schema": {
      "type": "object",
      "oneOf": [
        {"required": ["host"], "properties": {"host": {"type": "string"}}},
        {"required": ["device"], "properties": {"device": {"type": "integer"}}}
      ]}}
  })json");
}

class Written : public testing::Test {
 protected:
  Written() {
    std::string name = (std::filesystem::temp_directory_path() / "wyvern-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    folder_ = name;
    const Json all = manifests();
    for (const auto& entry : all.items()) source_.ids.push_back(entry.key());
    source_.manifest = [](std::string_view id) -> std::optional<Json> {
      const auto all = manifests();
      const auto found = all.find(id);
      return found == all.end() ? std::nullopt : std::optional<Json>(*found);
    };
    source_.refused["store-broken"] = "it crashed in its probe";
  }
  ~Written() override {
    std::error_code none;
    std::filesystem::remove_all(folder_, none);
  }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  Loaded load(const std::string& text) {
    write("wyvern.yaml", text);
    return config::load(folder_ / "wyvern.yaml", source_);
  }
  // A store with these settings, one a line.
  Loaded load_store(const std::string& settings) {
    return load("wyvern: 1\nroles: [controller]\nstores:\n  main:\n    plugin: store-sqlite\n    path: db\n" +
                settings);
  }
  Json settings(const std::string& lines) {
    auto loaded = load_store(lines);
    return loaded.config ? loaded.config->instances.at(0).settings : Json(as_text(loaded.diagnostics));
  }
  // The only fault of the file as "line:column code message; suggestion".
  std::string fault(const Loaded& loaded) {
    if (loaded.diagnostics.size() != 1) return as_text(loaded.diagnostics);
    const auto& only = loaded.diagnostics.front();
    return std::to_string(only.at.line) + ":" + std::to_string(only.at.column) + " " + only.code + " " + only.message +
           (only.suggestion.empty() ? "" : "; " + only.suggestion);
  }

  std::filesystem::path folder_;
  SchemaSource source_;
};

}  // namespace wyvern::config::test
