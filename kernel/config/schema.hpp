// A JSON schema, compiled once: for configuration, manifests and the bodies of operations.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wyvern::config {

using Json = nlohmann::json;

// One way in which a value breaks its schema.
struct SchemaFault {
  std::string pointer;     // JSON pointer to the value; for an unknown or a missing key, to that key
  std::string code;        // "schema.type", "schema.required", "schema.additionalProperties", "schema.enum", …
  std::string message;     // a sentence that says what was expected and what was found
  std::string suggestion;  // "did you mean 'title'?", or empty
};

// Immutable and cheap to copy: every function may be called from several threads at once.
//
// Keywords that operators meet ($ref, type, enum, const, properties, required, additionalProperties, items, ranges,
// lengths, pattern, allOf, anyOf, oneOf) are checked by the house's own walk, which names every fault in one pass. A
// value that passes the walk is then checked by valijson, which knows the rest of JSON Schema (draft 7).
class Schema {
 public:
  // Throws std::invalid_argument, with a reason, for something that is no schema.
  explicit Schema(Json schema);

  // Every fault; empty for a valid value.
  std::vector<SchemaFault> check(const Json& value) const;
  // The value with the defaults of absent properties filled in, at every depth that is present. An absent object
  // whose properties have defaults is not made up, unless it has a default itself.
  Json with_defaults(Json value) const;
  const Json& json() const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace wyvern::config
