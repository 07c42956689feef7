#include "config/schema_walk.hpp"

#include <algorithm>
#include <optional>

#include "config/nearest.hpp"
#include "config/pointer.hpp"

namespace wyvern::config {
namespace {

constexpr std::size_t quoted_limit = 60;

const Json* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string plain(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string brief(std::string text) {
  if (text.size() <= quoted_limit) return text;
  std::size_t end = quoted_limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

std::string with_article(const std::string& type) {
  if (type == "null") return "null";
  return (type == "integer" || type == "object" || type == "array" ? "an " : "a ") + type;
}

std::string found(const Json& value, bool secret) {
  switch (value.type()) {
    case Json::value_t::null:
      return "nothing";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string:
      return secret ? "a string" : "the string '" + brief(value.get<std::string>()) + "'";
    case Json::value_t::boolean:
      return secret ? "a boolean" : "the boolean " + plain(value);
    default:
      return secret ? "a number" : "the number " + plain(value);
  }
}

bool has_type(const Json& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "null") return value.is_null();
  return true;
}

std::size_t code_points(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string listed(const Json& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : ", ") + plain(value);
  return text;
}

std::vector<std::string> strings_of(const Json& values) {
  std::vector<std::string> strings;
  for (const auto& value : values)
    if (value.is_string()) strings.push_back(value.get<std::string>());
  return strings;
}

std::vector<std::string> keys_of(const Json* object) {
  std::vector<std::string> keys;
  if (object != nullptr && object->is_object())
    for (const auto& entry : object->items()) keys.push_back(entry.key());
  return keys;
}

bool is_uuid(const std::string& text) {
  static const RE2 form("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  return RE2::FullMatch(text, form);
}

class Walk {
 public:
  Walk(const Json& root, const Patterns& patterns) : root_(root), patterns_(patterns) {}

  void value(const Json& node, const Json& value, const std::string& at, int depth) {
    if (depth > schema_depth_limit)
      return fault(at, "depth", "this is nested deeper than " + std::to_string(schema_depth_limit) + " levels");
    const Json* schema = resolve_schema(root_, node);
    if (schema == nullptr) return;
    if (schema->is_boolean() && !schema->get<bool>()) return fault(at, "false", "nothing is allowed here");
    if (!schema->is_object()) return;
    if (!type(*schema, value, at)) return;
    choices(*schema, value, at);
    if (value.is_string()) string(*schema, value, at);
    if (value.is_number()) number(*schema, value, at);
    if (value.is_array()) array(*schema, value, at, depth);
    if (value.is_object()) object(*schema, value, at, depth);
    combinations(*schema, value, at, depth);
  }

  std::vector<SchemaFault> faults;

 private:
  void fault(const std::string& at, const char* keyword, std::string message, std::string suggestion = {}) {
    faults.push_back({at, std::string("schema.") + keyword, std::move(message), std::move(suggestion)});
  }

  static bool secret(const Json& schema) {
    const Json* mark = member(schema, "x-secret");
    const Json* format = member(schema, "format");
    return (mark != nullptr && *mark == true) || (format != nullptr && *format == "password");
  }

  bool type(const Json& schema, const Json& value, const std::string& at) {
    const Json* wanted = member(schema, "type");
    if (wanted == nullptr) return true;
    const auto types = wanted->is_string() ? std::vector<std::string>{wanted->get<std::string>()} : strings_of(*wanted);
    if (std::any_of(types.begin(), types.end(), [&](const auto& one) { return has_type(value, one); })) return true;
    std::string expected;
    for (const auto& one : types) expected += (expected.empty() ? "" : " or ") + with_article(one);
    fault(at, "type", "expected " + expected + ", found " + found(value, secret(schema)));
    return false;
  }

  void choices(const Json& schema, const Json& value, const std::string& at) {
    if (const Json* allowed = member(schema, "enum"); allowed != nullptr && allowed->is_array()) {
      if (std::find(allowed->begin(), allowed->end(), value) == allowed->end())
        fault(at, "enum", "expected one of " + listed(*allowed) + ", found " + found(value, secret(schema)),
              value.is_string() ? did_you_mean(value.get<std::string>(), strings_of(*allowed)) : std::string());
    }
    if (const Json* only = member(schema, "const"); only != nullptr && *only != value)
      fault(at, "const", "expected " + plain(*only) + ", found " + found(value, secret(schema)));
  }

  void string(const Json& schema, const Json& value, const std::string& at) {
    const auto& text = value.get_ref<const std::string&>();
    const auto length = code_points(text);
    if (const Json* least = member(schema, "minLength"); least != nullptr && length < least->get<std::size_t>())
      fault(at, "minLength",
            length == 0 ? "must not be empty" : "expected at least " + plain(*least) + " characters, found fewer");
    if (const Json* most = member(schema, "maxLength"); most != nullptr && length > most->get<std::size_t>())
      fault(at, "maxLength",
            "expected at most " + plain(*most) + " characters, found " + std::to_string(length) + " characters");
    if (const Json* pattern = member(schema, "pattern"); pattern != nullptr && pattern->is_string()) {
      const auto& name = pattern->get_ref<const std::string&>();
      if (!RE2::PartialMatch(text, *patterns_.at(name)))
        fault(at, "pattern", found(value, secret(schema)) + " has not the form " + name);
    }
    if (const Json* format = member(schema, "format"); format != nullptr && *format == "uuid" && !is_uuid(text))
      fault(at, "format", found(value, secret(schema)) + " is not a UUID");
  }

  void number(const Json& schema, const Json& value, const std::string& at) {
    const auto outside = [&](const char* keyword, const char* words, auto broken) {
      const Json* bound = member(schema, keyword);
      if (bound != nullptr && bound->is_number() && broken(value.get<double>(), bound->get<double>()))
        fault(at, keyword,
              std::string("expected ") + words + " " + plain(*bound) + ", found " + found(value, secret(schema)));
    };
    outside("minimum", "at least", [](double a, double b) { return a < b; });
    outside("maximum", "at most", [](double a, double b) { return a > b; });
    outside("exclusiveMinimum", "more than", [](double a, double b) { return a <= b; });
    outside("exclusiveMaximum", "less than", [](double a, double b) { return a >= b; });
  }

  void array(const Json& schema, const Json& value, const std::string& at, int depth) {
    if (const Json* least = member(schema, "minItems"); least != nullptr && value.size() < least->get<std::size_t>())
      fault(at, "minItems", "expected at least " + plain(*least) + " items, found " + std::to_string(value.size()));
    if (const Json* most = member(schema, "maxItems"); most != nullptr && value.size() > most->get<std::size_t>())
      fault(at, "maxItems", "expected at most " + plain(*most) + " items, found " + std::to_string(value.size()));
    const Json* items = member(schema, "items");
    if (items == nullptr || items->is_array()) return;
    for (std::size_t i = 0; i < value.size(); ++i)
      this->value(*items, value[i], pointer_to(at, std::to_string(i)), depth + 1);
  }

  void object(const Json& schema, const Json& value, const std::string& at, int depth) {
    const Json* properties = member(schema, "properties");
    const Json* others = member(schema, "additionalProperties");
    const auto known = keys_of(properties);
    for (const auto& [key, child] : value.items()) {
      const auto where = pointer_to(at, key);
      const bool declared = properties != nullptr && properties->is_object() && properties->contains(key);
      if (declared) this->value(properties->at(key), child, where, depth + 1);
      const bool patterned = by_pattern(schema, key, child, where, depth);
      if (declared || patterned || others == nullptr) continue;
      if (others->is_boolean() && !others->get<bool>())
        unknown(key, where, known);
      else
        this->value(*others, child, where, depth + 1);
    }
    if (const Json* required = member(schema, "required"); required != nullptr && required->is_array()) {
      for (const auto& key : strings_of(*required))
        if (!value.contains(key)) fault(pointer_to(at, key), "required", "missing required '" + key + "'");
    }
  }

  void unknown(const std::string& key, const std::string& where, const std::vector<std::string>& known) {
    std::string names;
    for (const auto& name : known) names += (names.empty() ? "" : ", ") + name;
    const auto suggestion = did_you_mean(key, known);
    fault(where, "additionalProperties",
          "unknown key '" + brief(key) + "'" +
              (suggestion.empty() && !names.empty() ? "; known here: " + names : std::string()),
          suggestion);
  }

  bool by_pattern(const Json& schema, const std::string& key, const Json& child, const std::string& where, int depth) {
    const Json* patterned = member(schema, "patternProperties");
    if (patterned == nullptr || !patterned->is_object()) return false;
    bool matched = false;
    for (const auto& [pattern, schema_of_it] : patterned->items()) {
      if (!RE2::PartialMatch(key, *patterns_.at(pattern))) continue;
      matched = true;
      value(schema_of_it, child, where, depth + 1);
    }
    return matched;
  }

  void combinations(const Json& schema, const Json& value, const std::string& at, int depth) {
    if (const Json* all = member(schema, "allOf"); all != nullptr && all->is_array())
      for (const auto& each : *all) this->value(each, value, at, depth + 1);
    if (const Json* any = member(schema, "anyOf"); any != nullptr && any->is_array())
      alternatives(*any, "anyOf", value, at, depth);
    if (const Json* one = member(schema, "oneOf"); one != nullptr && one->is_array())
      alternatives(*one, "oneOf", value, at, depth);
  }

  void alternatives(const Json& branches, const char* keyword, const Json& value, const std::string& at, int depth) {
    std::size_t matched = 0;
    std::optional<std::vector<SchemaFault>> nearest;
    for (const auto& branch : branches) {
      Walk trial(root_, patterns_);
      trial.value(branch, value, at, depth + 1);
      if (trial.faults.empty()) ++matched;
      if (!nearest || trial.faults.size() < nearest->size()) nearest = std::move(trial.faults);
    }
    if (matched == 0 && nearest && !nearest->empty()) {
      const auto& first = nearest->front();
      fault(first.pointer, keyword,
            "fits none of the " + std::to_string(branches.size()) + " allowed forms; for the nearest: " + first.message,
            first.suggestion);
    } else if (matched > 1 && std::string_view(keyword) == "oneOf") {
      fault(at, keyword, "fits " + std::to_string(matched) + " forms of which only one may fit");
    }
  }

  const Json& root_;
  const Patterns& patterns_;
};

void fill(const Json& root, const Json& node, Json& value, int depth) {
  const Json* schema = depth > schema_depth_limit ? nullptr : resolve_schema(root, node);
  if (schema == nullptr || !schema->is_object()) return;
  if (const Json* all = member(*schema, "allOf"); all != nullptr && all->is_array())
    for (const auto& each : *all) fill(root, each, value, depth + 1);
  if (value.is_object()) {
    const Json* properties = member(*schema, "properties");
    if (properties == nullptr || !properties->is_object()) return;
    for (const auto& [key, child] : properties->items()) {
      const Json* resolved = resolve_schema(root, child);
      if (!value.contains(key) && resolved != nullptr && resolved->is_object() && resolved->contains("default"))
        value[key] = resolved->at("default");
      if (value.contains(key)) fill(root, child, value[key], depth + 1);
    }
    const Json* others = member(*schema, "additionalProperties");
    if (others != nullptr && others->is_object())
      for (auto& [key, child] : value.items())
        if (!properties->contains(key)) fill(root, *others, child, depth + 1);
  } else if (value.is_array()) {
    const Json* items = member(*schema, "items");
    if (items != nullptr && items->is_object())
      for (auto& each : value) fill(root, *items, each, depth + 1);
  }
}

}  // namespace

std::vector<SchemaFault> walk_schema(const Json& root, const Patterns& patterns, const Json& value) {
  Walk walk(root, patterns);
  walk.value(root, value, "", 0);
  return std::move(walk.faults);
}

Json fill_defaults(const Json& root, Json value) {
  fill(root, root, value, 0);
  return value;
}

}  // namespace wyvern::config
