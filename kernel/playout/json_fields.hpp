// Fields of JSON that somebody else wrote: one that is absent, or of another type, is none.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace wyvern::playout {

inline std::optional<std::string> text_of(const nlohmann::json& from, const char* name) {
  if (!from.is_object()) return std::nullopt;
  const auto found = from.find(name);
  if (found == from.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

inline std::optional<std::int64_t> integer_of(const nlohmann::json& from, const char* name) {
  if (!from.is_object()) return std::nullopt;
  const auto found = from.find(name);
  if (found == from.end() || !found->is_number()) return std::nullopt;
  return found->get<std::int64_t>();
}

}  // namespace wyvern::playout
