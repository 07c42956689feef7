// Input that a seed decides: the same seed, the same input.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace wyvern::conformance {

using Json = nlohmann::json;

class RandomInput {
 public:
  explicit RandomInput(std::uint64_t seed) : numbers_(seed) {}

  // One of 0 to `count` - 1.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(numbers_() % count); }
  // Any bytes, zeros too; one to so many.
  std::string bytes(std::size_t most);
  // Text with a few bytes changed, lost or doubled.
  std::string damaged(std::string text);
  Json json(int depth = 4);
  // Anything but what a schema's `type` allows; a scalar or empty.
  Json of_another_type(const Json& type);

 private:
  std::mt19937_64 numbers_;
};

// Configurations with one fault each: for every property of `schema` one of another type, and one beyond each of its
// bounds, then one without each property that is required, and one with a property more where none is allowed. What
// `schema` accepts all the same is left out.
std::vector<Json> faulty(const Json& schema, const Json& good, RandomInput& random);

}  // namespace wyvern::conformance
