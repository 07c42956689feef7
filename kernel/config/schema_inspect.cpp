#include <stdexcept>

#include "config/schema_walk.hpp"

namespace wyvern::config {
namespace {

void add_pattern(Patterns& patterns, const std::string& pattern) {
  if (pattern.size() > pattern_limit)
    throw std::invalid_argument("a pattern is longer than " + std::to_string(pattern_limit) + " bytes");
  if (patterns.contains(pattern)) return;
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<const RE2>(pattern, options);
  if (!compiled->ok())
    throw std::invalid_argument("the pattern '" + pattern +
                                "' is no regular expression (of those without look-around): " + compiled->error());
  patterns.emplace(pattern, std::move(compiled));
}

void inspect(const Json& root, const Json& node, Patterns& patterns, int depth) {
  if (depth > schema_depth_limit) throw std::invalid_argument("the schema is nested too deeply");
  if (node.is_array()) {
    for (const auto& element : node) inspect(root, element, patterns, depth + 1);
    return;
  }
  if (!node.is_object()) return;
  for (const auto& [key, child] : node.items()) {
    if (key == "$ref" && child.is_string()) {
      if (find_reference(root, child.get<std::string>()) == nullptr)
        throw std::invalid_argument("$ref '" + child.get<std::string>() + "' leads nowhere in this schema");
    } else if (key == "pattern" && child.is_string()) {
      add_pattern(patterns, child.get<std::string>());
    } else if (key == "patternProperties" && child.is_object()) {
      for (const auto& entry : child.items()) add_pattern(patterns, entry.key());
    }
    inspect(root, child, patterns, depth + 1);
  }
}

}  // namespace

const Json* find_reference(const Json& root, const std::string& reference) {
  if (reference.empty() || reference[0] != '#') return nullptr;
  try {
    const Json::json_pointer pointer(reference.substr(1));
    return root.contains(pointer) ? &root.at(pointer) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

Patterns inspect_schema(const Json& schema) {
  if (!schema.is_object() && !schema.is_boolean()) throw std::invalid_argument("a schema is an object or a boolean");
  Patterns patterns;
  inspect(schema, schema, patterns, 0);
  check_schema_cost(schema);
  return patterns;
}

const Json* resolve_schema(const Json& root, const Json& node) {
  const Json* at = &node;
  for (int hops = 0; hops < 16; ++hops) {
    if (!at->is_object()) return at;
    const auto reference = at->find("$ref");
    if (reference == at->end() || !reference->is_string()) return at;
    at = find_reference(root, reference->get<std::string>());
    if (at == nullptr) return nullptr;
  }
  return nullptr;
}

}  // namespace wyvern::config
