#include "identity/id_token.hpp"

#include <cjose/cjose.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "identity/openid_people.hpp"
#include "operations/operation.hpp"

namespace wyvern::identity {
namespace {

using operations::Refusal;

constexpr std::size_t longest_token = 64 * 1024;
constexpr std::size_t shortest_modulus = 342;  // 2048 bits in base64url

Refusal bad(const std::string& what) { return {502, "oidc.id_token", "the provider's ID token is not good: " + what}; }

struct Release {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
  void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};
using Signed = std::unique_ptr<cjose_jws_t, Release>;
using Key = std::unique_ptr<cjose_jwk_t, Release>;

std::string header_of(cjose_jws_t* jws, const char* name) {
  cjose_err error{};
  const char* text = cjose_header_get(cjose_jws_get_protected(jws), name, &error);
  return text == nullptr ? "" : text;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Whether a key of the set may have signed with `algorithm` under the name `kid` (empty: none was told).
bool fits(const Json& key, std::string_view algorithm, const std::string& kid) {
  if (!key.is_object()) return false;
  if (!kid.empty() && text_of(key, "kid") != kid) return false;
  if (key.contains("use") && text_of(key, "use") != "sig") return false;
  if (key.contains("alg") && text_of(key, "alg") != algorithm) return false;
  if (algorithm == "RS256") return text_of(key, "kty") == "RSA" && text_of(key, "n").size() >= shortest_modulus;
  return text_of(key, "kty") == "EC" && text_of(key, "crv") == "P-256";
}

std::vector<Json> fitting(const Json& keys, std::string_view algorithm, const std::string& kid) {
  std::vector<Json> found;
  if (!keys.is_object() || !keys.contains("keys") || !keys["keys"].is_array()) return found;
  for (const auto& key : keys["keys"]) {
    if (fits(key, algorithm, kid)) found.push_back(key);
  }
  return found;
}

bool names(const Json& audience, const std::string& client_id) {
  if (audience.is_array()) return std::find(audience.begin(), audience.end(), Json(client_id)) != audience.end();
  return audience == client_id;
}

std::int64_t time_of(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  const double seconds = found != claims.end() && found->is_number() ? found->get<double>() : -1;
  if (!(seconds >= 0 && seconds < 1e12)) throw bad(std::string(name) + " is no time");
  return static_cast<std::int64_t>(seconds);
}

}  // namespace

std::optional<Json> signed_claims(const std::string& token, const Json& keys) {
  if (token.size() > longest_token) throw bad("it is too long");
  cjose_err error{};
  const Signed jws(cjose_jws_import(token.data(), token.size(), &error));
  if (!jws) throw bad("it is no signed token");
  const auto algorithm = header_of(jws.get(), "alg");
  // The list is here, not with whoever wrote the token: never "none", and no secret that both sides share.
  if (algorithm != "RS256" && algorithm != "ES256") throw bad("its algorithm is neither RS256 nor ES256");
  cjose_err absent{};
  if (char* critical = cjose_header_get_raw(cjose_jws_get_protected(jws.get()), "crit", &absent)) {
    std::free(critical);
    throw bad("it needs an extension (crit)");
  }
  const auto candidates = fitting(keys, algorithm, header_of(jws.get(), "kid"));
  if (candidates.empty()) return std::nullopt;
  if (candidates.size() > 1) throw bad("it does not say which key signed it, and there are several");
  const auto text = candidates.front().dump();
  const Key key(cjose_jwk_import(text.data(), text.size(), &error));
  if (!key) throw bad("the provider's key cannot be read");
  if (!cjose_jws_verify(jws.get(), key.get(), &error)) throw bad("its signature is not the provider's");
  std::uint8_t* payload = nullptr;
  std::size_t size = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &payload, &size, &error)) throw bad("it is empty");
  Json claims = Json::parse(payload, payload + size, nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object()) throw bad("it is no JSON object");
  return claims;
}

void check_claims(const Json& claims, const Expected& expected) {
  if (text_of(claims, "iss") != expected.issuer) throw bad("another issuer gave it");
  const Json audience = claims.value("aud", Json());
  if (!names(audience, expected.client_id)) throw bad("it is for another client");
  const bool several = audience.is_array() && audience.size() > 1;
  if ((several || claims.contains("azp")) && text_of(claims, "azp") != expected.client_id) {
    throw bad("it was given to another client");
  }
  if (time_of(claims, "exp") + clock_difference_s <= expected.now) {
    throw bad("it has expired; do the clocks of both machines agree?");
  }
  if (time_of(claims, "iat") - clock_difference_s > expected.now) {
    throw bad("it comes from the future; do the clocks of both machines agree?");
  }
  const auto subject = text_of(claims, "sub");
  if (subject.empty() || subject.size() > longest_subject) throw bad("it does not say whom it is about");
  if (text_of(claims, "nonce") != expected.nonce) {
    throw Refusal(401, "oidc.nonce", "the provider's answer belongs to another login; begin again");
  }
}

}  // namespace wyvern::identity
