// The house's own walk of a value beside its schema: every fault in one pass, each with a sentence.
#pragma once

#include <re2/re2.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.hpp"

namespace wyvern::config {

inline constexpr int schema_depth_limit = 64;
inline constexpr std::size_t pattern_limit = 512;  // bytes

// RE2, since a schema may be a stranger's: it takes time and memory in proportion to the text, whatever the pattern.
using Patterns = std::map<std::string, std::unique_ptr<const RE2>, std::less<>>;

// Checks that every $ref of a schema leads somewhere in it, that its patterns compile, and that it costs no more than a
// sensible one; throws std::invalid_argument.
Patterns inspect_schema(const Json& schema);

// The last of those: no schema applies itself to the same value again, and none multiplies without end.
void check_schema_cost(const Json& schema);

// What "#/definitions/x" names in `root`, or null.
const Json* find_reference(const Json& root, const std::string& reference);

// What a schema node stands for: follows $ref within `root`. Null when it goes in a circle.
const Json* resolve_schema(const Json& root, const Json& node);

std::vector<SchemaFault> walk_schema(const Json& root, const Patterns& patterns, const Json& value);
Json fill_defaults(const Json& root, Json value);

}  // namespace wyvern::config
