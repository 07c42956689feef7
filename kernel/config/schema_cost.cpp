// Schemas come from strangers' manifests: none may cost more than a sensible one to compile or to apply.
#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <string>

#include "config/schema_walk.hpp"

namespace wyvern::config {
namespace {

constexpr std::size_t weight_limit = 4096;  // schemas that apply to one value
constexpr std::size_t chain_limit = 200;    // schemas that hold or name one another, end to end

constexpr std::array in_place = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else"};

using Measured = std::map<const Json*, std::size_t>;
constexpr std::size_t under_way = 0;

const Json* referred(const Json& root, const Json& node) {
  const auto reference = node.find("$ref");
  return reference == node.end() || !reference->is_string() ? nullptr
                                                            : find_reference(root, reference->get<std::string>());
}

// How many schemas apply to a value that this one applies to. One that applies itself again would never end.
std::size_t weight(const Json& root, const Json& node, Measured& known, std::size_t depth) {
  if (depth > chain_limit) throw std::invalid_argument("the schema is nested too deeply");
  if (node.is_array()) {
    std::size_t total = 0;
    for (const auto& branch : node) total += weight(root, branch, known, depth + 1);
    return total;
  }
  if (!node.is_object()) return 1;
  const auto [entry, is_new] = known.emplace(&node, under_way);
  if (!is_new && entry->second == under_way)
    throw std::invalid_argument("the schema applies itself to the same value: a $ref leads back to itself");
  if (!is_new) return entry->second;
  std::size_t total = 1;
  if (const Json* target = referred(root, node); target != nullptr) {
    total += weight(root, *target, known, depth + 1);
  } else {
    for (const char* keyword : in_place)
      if (const auto branches = node.find(keyword); branches != node.end())
        total += weight(root, *branches, known, depth + 1);
  }
  if (total > weight_limit)
    throw std::invalid_argument("the schema applies more than " + std::to_string(weight_limit) +
                                " schemas to one value");
  return known[&node] = total;
}

// The longest way through a schema, which is what compiling it by recursion costs.
std::size_t chain(const Json& root, const Json& node, Measured& known, std::size_t depth) {
  if (depth > chain_limit) throw std::invalid_argument("the schema is nested too deeply");
  if (!node.is_structured()) return 1;
  const auto [entry, is_new] = known.emplace(&node, under_way);
  if (!is_new) return entry->second;
  std::size_t longest = 0;
  for (const auto& child : node) longest = std::max(longest, chain(root, child, known, depth + 1));
  if (node.is_object())
    if (const Json* target = referred(root, node); target != nullptr)
      longest = std::max(longest, chain(root, *target, known, depth + 1));
  if (longest > chain_limit) throw std::invalid_argument("the schema is nested too deeply");
  return known[&node] = longest + 1;
}

void weigh_all(const Json& root, const Json& node, Measured& known) {
  if (node.is_object()) (void)weight(root, node, known, 0);
  if (node.is_structured())
    for (const auto& child : node) weigh_all(root, child, known);
}

}  // namespace

void check_schema_cost(const Json& schema) {
  Measured chains;
  (void)chain(schema, schema, chains, 0);
  Measured weights;
  weigh_all(schema, schema, weights);
}

}  // namespace wyvern::config
