#include "config/convert.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "config/pointer.hpp"
#include "config/schema_walk.hpp"
#include "config/substitution.hpp"

namespace wyvern::config {
namespace {

using Types = std::set<std::string>;

// The schemas that may describe one value: the branches of combinations side by side.
struct Described {
  const Json* root;
  std::vector<const Json*> nodes;
};

void spread(const Json& root, const Json& node, std::vector<const Json*>& nodes, int depth) {
  if (depth > schema_depth_limit || nodes.size() > 64) return;
  const Json* schema = resolve_schema(root, node);
  if (schema == nullptr || !schema->is_object()) return;
  nodes.push_back(schema);
  for (const char* keyword : {"allOf", "anyOf", "oneOf"}) {
    const auto branches = schema->find(keyword);
    if (branches == schema->end() || !branches->is_array()) continue;
    for (const auto& branch : *branches) spread(root, branch, nodes, depth + 1);
  }
}

Described describe(const Json& root) {
  Described described{&root, {}};
  spread(root, root, described.nodes, 0);
  return described;
}

Described child(const Described& parent, const std::string& key) {
  Described described{parent.root, {}};
  for (const auto* node : parent.nodes) {
    const auto properties = node->find("properties");
    const auto others = node->find("additionalProperties");
    if (properties != node->end() && properties->is_object() && properties->contains(key))
      spread(*parent.root, properties->at(key), described.nodes, 0);
    else if (others != node->end())
      spread(*parent.root, *others, described.nodes, 0);
  }
  return described;
}

Described element(const Described& parent) {
  Described described{parent.root, {}};
  for (const auto* node : parent.nodes)
    if (const auto items = node->find("items"); items != node->end()) spread(*parent.root, *items, described.nodes, 0);
  return described;
}

// The types that a value may have; empty when no schema says.
Types types_of(const Described& described) {
  Types types;
  for (const auto* node : described.nodes) {
    if (const auto type = node->find("type"); type != node->end()) {
      if (type->is_string()) types.insert(type->get<std::string>());
      if (type->is_array())
        for (const auto& one : *type)
          if (one.is_string()) types.insert(one.get<std::string>());
    } else if (const auto values = node->find("enum"); values != node->end() && values->is_array()) {
      for (const auto& value : *values) types.insert(value.is_number_integer() ? "integer" : value.type_name());
    } else if (const auto only = node->find("const"); only != node->end()) {
      types.insert(only->is_number_integer() ? "integer" : only->type_name());
    }
  }
  return types;
}

std::optional<Json> as_integer(const std::string& text) {
  const std::size_t digits = text.starts_with('-') ? 1 : 0;
  if (text.size() > digits + 1 && text[digits] == '0') return std::nullopt;  // 0123 is octal to some and not to others
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Json> as_number(const std::string& text) {
  // JSON's own grammar, so that neither 0123 nor .5 nor inf is a number.
  const Json parsed = Json::parse(text, nullptr, false);
  if (!parsed.is_number() || text.find_first_of(" \t\r\n") != std::string::npos) return std::nullopt;
  if (!std::isfinite(parsed.get<double>())) return std::nullopt;
  return parsed;
}

std::optional<Json> as_boolean(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

// What the text is when it may not stay text, or nothing.
std::optional<Json> as_other(const std::string& text, const Types& types) {
  const auto may_be = [&](const char* type) { return types.empty() || types.contains(type); };
  if (may_be("integer"))
    if (auto value = as_integer(text)) return value;
  if (may_be("number"))
    if (auto value = as_number(text)) return value;
  if (may_be("boolean"))
    if (auto value = as_boolean(text)) return value;
  return std::nullopt;
}

class Conversion {
 public:
  Conversion(const std::map<std::string, Schema>& parts, std::string file, const std::filesystem::path& base,
             std::vector<Diagnostic>& diagnostics)
      : parts_(parts), file_(std::move(file)), base_(base), diagnostics_(diagnostics) {}

  Json value(const YamlNode& node, Described described, const std::string& at, const Location* key, int depth) {
    if (++nodes_ > yaml_node_limit || depth > yaml_depth_limit) {
      if (!too_large_)
        fault({file_, node.line, node.column}, "config.too_large", at,
              "this expands to more than " + std::to_string(yaml_node_limit) + " values or " +
                  std::to_string(yaml_depth_limit) + " levels");
      too_large_ = true;
      return nullptr;
    }
    const bool absent = node.kind == YamlNode::Kind::null;
    const Location here = absent && key != nullptr ? *key : Location{file_, node.line, node.column};
    out.places[at] = {key != nullptr ? *key : here, here};
    if (const auto part = parts_.find(at); part != parts_.end()) described = describe(part->second.json());
    switch (node.kind) {
      case YamlNode::Kind::null:
        return nullptr;
      case YamlNode::Kind::scalar:
        return scalar(node, types_of(described), at);
      case YamlNode::Kind::sequence: {
        Json array = Json::array();
        const auto items = element(described);
        for (const auto& item : node.items)
          if (!too_large_)
            array.push_back(value(*item, items, pointer_to(at, std::to_string(array.size())), nullptr, depth + 1));
        return array;
      }
      default:
        return map(node, described, at, depth);
    }
  }

  Converted out;

 private:
  void fault(Location where, std::string code, std::string at, std::string message) {
    diagnostics_.push_back({std::move(where), Severity::error, std::move(code), std::move(at), std::move(message), ""});
  }

  Json map(const YamlNode& node, const Described& described, const std::string& at, int depth) {
    Json object = Json::object();
    for (const auto& [key, child_node] : node.entries) {
      if (too_large_) break;
      const Location where{file_, key->line, key->column};
      if (key->kind != YamlNode::Kind::scalar) {
        fault(where, "config.key", at, "a key must be plain text");
        continue;
      }
      const auto pointer = pointer_to(at, key->text);
      if (object.contains(key->text)) {
        fault(where, "config.duplicate_key", pointer,
              "the key '" + key->text + "' is here twice; the first is on line " +
                  std::to_string(out.places[pointer].key.line));
        continue;
      }
      object[key->text] = value(*child_node, child(described, key->text), pointer, &where, depth + 1);
    }
    return object;
  }

  Json scalar(const YamlNode& node, const Types& types, const std::string& at) {
    const auto substitution = substitute(node.text, base_);
    if (substitution.outcome == Substitution::Outcome::fault) {
      fault({file_, node.line, node.column}, substitution.code, at, substitution.message);
      out.unknown.push_back(at);
      return nullptr;
    }
    if (substitution.outcome == Substitution::Outcome::none) {
      if (node.quoted) return node.text;
      // A field of strings never becomes anything else, and one of strings and numbers takes what it looks like.
      if (auto other = as_other(node.text, types)) return *other;
      return node.text;
    }
    out.substituted[at] = node.text;
    if (types.empty() || types.contains("string")) return substitution.text;
    if (auto other = as_other(substitution.text, types)) return *other;
    std::string expected;
    for (const auto& type : types) expected += (expected.empty() ? "" : " or ") + type;
    fault({file_, node.line, node.column}, "config.substitution_type", at,
          "what " + node.text + " stands for is not of the type " + expected);
    out.unknown.push_back(at);
    return nullptr;
  }

  const std::map<std::string, Schema>& parts_;
  std::string file_;
  const std::filesystem::path& base_;
  std::vector<Diagnostic>& diagnostics_;
  std::size_t nodes_ = 0;
  bool too_large_ = false;
};

}  // namespace

Converted convert(const YamlNode& root, const Json& whole, const std::map<std::string, Schema>& parts,
                  const std::string& file, const std::filesystem::path& base, std::vector<Diagnostic>& diagnostics) {
  Conversion conversion(parts, file, base, diagnostics);
  conversion.out.value = conversion.value(root, describe(whole), "", nullptr, 0);
  return std::move(conversion.out);
}

Location locate(const Converted& converted, std::string pointer, bool key) {
  for (;;) {
    const auto found = converted.places.find(pointer);
    if (found != converted.places.end()) return key ? found->second.key : found->second.value;
    if (pointer.empty()) return {};
    pointer.resize(pointer.rfind('/'));
    key = true;
  }
}

}  // namespace wyvern::config
