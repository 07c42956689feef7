// The only file that includes valijson: it costs seconds to compile.
// Without this it ends the process where it would throw.
#define VALIJSON_USE_EXCEPTIONS 1
#include "config/schema.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "config/pointer.hpp"
#include "config/schema_walk.hpp"

namespace wyvern::config {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

// Patterns belong to the walk, and so do the properties that are chosen by them: valijson's std::regex recurses once a
// character, so that long text could end the process.
Json without_patterns(const Json& node) {
  if (node.is_array()) {
    Json copy = Json::array();
    for (const auto& element : node) copy.push_back(without_patterns(element));
    return copy;
  }
  if (!node.is_object()) return node;
  Json copy = Json::object();
  const bool by_pattern = node.contains("patternProperties");
  for (const auto& [key, child] : node.items()) {
    if (key == "pattern" && child.is_string()) continue;
    if (by_pattern && (key == "patternProperties" || key == "additionalProperties")) continue;
    copy[key] = without_patterns(child);
  }
  return copy;
}

std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (std::size_t i = 1; i < context.size(); ++i) {
    std::string_view step = context[i];
    if (step.size() >= 2 && step.front() == '[' && step.back() == ']') step = step.substr(1, step.size() - 2);
    pointer = pointer_to(pointer, step);
  }
  return pointer;
}

// valijson reports a fault once more at each level above it.
bool is_echo(std::string_view description) {
  return description.starts_with("Failed to validate against schema associated") ||
         description.starts_with("Failed to validate item #") ||
         description.starts_with("Failed to validate against additional properties");
}

}  // namespace

struct Schema::Compiled {
  Json json;
  Patterns patterns;
  valijson::Schema rest;
};

Schema::Schema(Json schema) {
  auto compiled = std::make_shared<Compiled>();
  compiled->json = std::move(schema);
  compiled->patterns = inspect_schema(compiled->json);
  try {
    const Json bare = without_patterns(compiled->json);
    const Adapter adapter(bare);
    valijson::SchemaParser parser;
    parser.populateSchema(adapter, compiled->rest);
  } catch (const std::exception& bad) {
    throw std::invalid_argument(std::string("not a JSON schema: ") + bad.what());
  }
  compiled_ = std::move(compiled);
}

std::vector<SchemaFault> Schema::check(const Json& value) const {
  auto faults = walk_schema(compiled_->json, compiled_->patterns, value);
  if (!faults.empty()) return faults;
  const Adapter adapter(value);
  valijson::Validator validator;
  if (validator.validate(compiled_->rest, adapter, nullptr)) return faults;

  valijson::ValidationResults results;
  (void)validator.validate(compiled_->rest, adapter, &results);
  for (const auto& error : results)
    if (!is_echo(error.description))
      faults.push_back({pointer_of(error.context), "schema.other", error.description, {}});
  if (faults.empty()) faults.push_back({"", "schema.other", "the value does not fit its schema", {}});
  return faults;
}

Json Schema::with_defaults(Json value) const { return fill_defaults(compiled_->json, std::move(value)); }

const Json& Schema::json() const { return compiled_->json; }

}  // namespace wyvern::config
