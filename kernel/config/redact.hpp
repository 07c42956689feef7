// The marks that a schema puts on values: paths and secrets.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace wyvern::config {

using Json = nlohmann::json;

inline constexpr const char* secret_mark = "(secret)";

// Makes every relative string under `x-path: true` absolute, from `base`.
Json with_absolute_paths(const Json& schema, Json value, const std::filesystem::path& base);

// Puts a mark in place of everything under `x-secret: true`, and of strings whose key says password, secret, token or
// passphrase, should an author have forgotten the mark.
Json without_secrets(const Json& schema, Json value);

}  // namespace wyvern::config
