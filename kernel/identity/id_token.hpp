// ID tokens of OpenID Connect: signed JSON about a person, as a provider gives them (OpenID Connect Core 1.0, 3.1.3.7).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace wyvern::identity {

using Json = nlohmann::json;

// The claims of `token`, when a key of `keys` (a JSON Web Key Set) has signed it with RS256 or ES256. Nothing when
// there is no such key, which may be a new one. Throws Refusal 502 oidc.id_token for everything else that is wrong.
std::optional<Json> signed_claims(const std::string& token, const Json& keys);

struct Expected {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  std::int64_t now = 0;  // seconds since 1970
};
constexpr std::int64_t clock_difference_s = 60;  // that two machines may have
// Throws Refusal 502 oidc.id_token, or 401 oidc.nonce for a token of another login.
void check_claims(const Json& claims, const Expected& expected);

}  // namespace wyvern::identity
