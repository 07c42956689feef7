#include "config/redact.hpp"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <string>

#include "config/config.hpp"
#include "config/schema_walk.hpp"

namespace wyvern::config {
namespace {

// Shows each value to `visit` with each schema that may describe it.
void visit_described(const Json& root, const Json& node, Json& value, int depth,
                     const std::function<void(const Json& schema, Json& value)>& visit) {
  const Json* schema = depth > schema_depth_limit ? nullptr : resolve_schema(root, node);
  if (schema == nullptr || !schema->is_object()) return;
  for (const char* keyword : {"allOf", "anyOf", "oneOf"})
    if (const auto branches = schema->find(keyword); branches != schema->end() && branches->is_array())
      for (const auto& branch : *branches) visit_described(root, branch, value, depth + 1, visit);
  visit(*schema, value);
  if (value.is_object()) {
    const auto properties = schema->find("properties");
    const auto others = schema->find("additionalProperties");
    for (auto& [key, child] : value.items()) {
      if (properties != schema->end() && properties->is_object() && properties->contains(key))
        visit_described(root, properties->at(key), child, depth + 1, visit);
      else if (others != schema->end())
        visit_described(root, *others, child, depth + 1, visit);
    }
  } else if (value.is_array()) {
    if (const auto items = schema->find("items"); items != schema->end() && items->is_object())
      for (auto& element : value) visit_described(root, *items, element, depth + 1, visit);
  }
}

bool is_marked(const Json& schema, const char* mark) {
  const auto found = schema.find(mark);
  return found != schema.end() && *found == true;
}

bool sounds_secret(std::string key) {
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* word : {"password", "passphrase", "secret", "token", "credential", "private_key", "streamkey"})
    if (key.find(word) != std::string::npos) return true;
  return false;
}

void hide_by_name(Json& value) {
  if (value.is_object()) {
    for (auto& [key, child] : value.items()) {
      if (child.is_string() && sounds_secret(key))
        child = secret_mark;
      else
        hide_by_name(child);
    }
  } else if (value.is_array()) {
    for (auto& element : value) hide_by_name(element);
  }
}

void emit(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, child] : value.items()) {
      out << YAML::Key << key << YAML::Value;
      emit(out, child);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << (std::none_of(value.begin(), value.end(), [](const Json& each) { return each.is_structured(); })
                ? YAML::Flow
                : YAML::Block)
        << YAML::BeginSeq;
    for (const auto& element : value) emit(out, element);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    out << YAML::DoubleQuoted << value.get<std::string>();
  } else {
    out << value.dump();
  }
}

}  // namespace

Json with_absolute_paths(const Json& schema, Json value, const std::filesystem::path& base) {
  visit_described(schema, schema, value, 0, [&](const Json& described, Json& found) {
    if (!is_marked(described, "x-path") || !found.is_string()) return;
    const std::filesystem::path path(found.get<std::string>());
    if (!path.empty() && path.is_relative()) found = (base / path).lexically_normal().string();
  });
  return value;
}

Json without_secrets(const Json& schema, Json value) {
  visit_described(schema, schema, value, 0, [](const Json& described, Json& found) {
    if (is_marked(described, "x-secret") && !found.is_null()) found = secret_mark;
  });
  hide_by_name(value);
  return value;
}

std::string redacted(const Config& config) {
  YAML::Emitter out;
  emit(out, config.printable);
  return std::string(out.c_str()) + "\n";
}

}  // namespace wyvern::config
