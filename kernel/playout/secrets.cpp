#include "playout/secrets.hpp"

#include <functional>

namespace wyvern::playout {
namespace {

using Json = nlohmann::json;
constexpr const char* shown = "(secret)";

// Calls `change` for each property of `value` that the schema marks, with its name, deepest last.
void for_each_secret(const Json& schema, Json& value, const Json& beside,
                     const std::function<void(Json& secret, const Json& beside)>& change) {
  if (!schema.is_object() || !value.is_object()) return;
  const auto properties = schema.find("properties");
  if (properties == schema.end()) return;
  for (const auto& [name, property] : properties->items()) {
    const auto found = value.find(name);
    if (found == value.end()) continue;
    const Json other = beside.is_object() && beside.contains(name) ? beside[name] : Json();
    if (property.is_object() && property.value("x-secret", false)) {
      change(*found, other);
    } else {
      for_each_secret(property, *found, other, change);
    }
  }
}

}  // namespace

Json without_secrets(const Json& schema, Json config) {
  for_each_secret(schema, config, {}, [](Json& secret, const Json&) { secret = shown; });
  return config;
}

std::vector<std::string> secret_names_in(const Json& schema) {
  std::vector<std::string> names;
  if (!schema.is_object() || !schema.contains("properties")) return names;
  for (const auto& [name, property] : schema["properties"].items()) {
    if (property.is_object() && property.value("x-secret", false)) names.push_back(Json(name).dump());
    for (auto& deeper : secret_names_in(property)) names.push_back(std::move(deeper));
  }
  return names;
}

Json with_kept_secrets(const Json& schema, Json given, const Json& earlier) {
  for_each_secret(schema, given, earlier, [](Json& secret, const Json& before) {
    if (secret == shown && !before.is_null()) secret = before;
  });
  return given;
}

}  // namespace wyvern::playout
