#include "config/instances.hpp"

#include <algorithm>
#include <stdexcept>

#include "config/nearest.hpp"
#include "config/pointer.hpp"

namespace wyvern::config {
namespace {

Diagnostic about_plugin(const Claim& claim, std::string code, std::string message, std::string suggestion = {}) {
  return {{},
          Severity::error,
          std::move(code),
          pointer_to(claim.pointer, "plugin"),
          std::move(message),
          std::move(suggestion)};
}

// Why a plugin's id cannot be used at all.
Diagnostic not_usable(const Claim& claim, const SchemaSource& plugins) {
  if (const auto refused = plugins.refused.find(claim.plugin); refused != plugins.refused.end())
    return about_plugin(claim, "config.plugin_refused",
                        "the plugin '" + claim.plugin + "' is installed but cannot be used: " + refused->second);
  auto suggestion = did_you_mean(claim.plugin, plugins.ids);
  if (suggestion.empty()) {
    for (const auto& id : plugins.ids) suggestion += (suggestion.empty() ? "installed are " : ", ") + id;
    if (suggestion.empty()) suggestion = "no plugin is installed in the folders that were searched";
  }
  return about_plugin(claim, "config.unknown_plugin", "no plugin '" + claim.plugin + "' is installed", suggestion);
}

std::vector<std::string> strings_in(const Json& manifest, const char* key) {
  std::vector<std::string> strings;
  if (const auto found = manifest.find(key); found != manifest.end() && found->is_array())
    for (const auto& value : *found)
      if (value.is_string()) strings.push_back(value.get<std::string>());
  return strings;
}

std::string section_of(const std::vector<std::string>& kinds_of_plugin) {
  for (const auto& kind : kinds())
    if (!kinds_of_plugin.empty() && kind.name == kinds_of_plugin.front())
      return "it belongs in '" + std::string(kind.section) + "'";
  return {};
}

Schema schema_in(const Json& manifest) {
  const auto found = manifest.find("schema");
  return found == manifest.end() ? Schema(Json{{"type", "object"}}) : Schema(*found);
}

}  // namespace

std::vector<Claim> find_claims(const YamlNode& root) {
  std::vector<Claim> claims;
  for (const auto& kind : kinds()) {
    const auto* section = root.find(kind.section);
    if (section == nullptr) continue;
    for (const auto& [key, instance] : section->entries) {
      const auto* plugin = instance->find("plugin");
      if (key->kind != YamlNode::Kind::scalar || plugin == nullptr || plugin->kind != YamlNode::Kind::scalar) continue;
      auto pointer = pointer_to(pointer_to("", kind.section), key->text);
      const bool twice =
          std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) { return claim.pointer == pointer; });
      if (!twice) claims.push_back({&kind, key->text, plugin->text, std::move(pointer)});
    }
  }
  return claims;
}

ClaimedSchemas schemas_for(const std::vector<Claim>& claims, const SchemaSource& plugins) {
  ClaimedSchemas found;
  for (const auto& claim : claims) {
    const auto manifest = plugins.manifest ? plugins.manifest(claim.plugin) : std::nullopt;
    if (!manifest) {
      found.diagnostics.push_back(not_usable(claim, plugins));
      continue;
    }
    const auto kinds_of_plugin = strings_in(*manifest, "kinds");
    if (std::find(kinds_of_plugin.begin(), kinds_of_plugin.end(), claim.kind->name) == kinds_of_plugin.end()) {
      found.diagnostics.push_back(
          about_plugin(claim, "config.plugin_kind",
                       "the plugin '" + claim.plugin + "' is no " + std::string(claim.kind->name) + " plugin",
                       section_of(kinds_of_plugin)));
      continue;
    }
    try {
      found.by_pointer.emplace(claim.pointer, schema_in(*manifest));
    } catch (const std::invalid_argument& bad) {
      found.diagnostics.push_back(
          about_plugin(claim, "config.plugin_schema",
                       "the manifest of the plugin '" + claim.plugin + "' has a broken schema: " + bad.what()));
    }
  }
  return found;
}

}  // namespace wyvern::config
