#include "signing_key.hpp"

#include <cstdlib>
#include <stdexcept>

namespace wyvern::test {
namespace {

using Json = nlohmann::json;
using Key = std::unique_ptr<cjose_jwk_t, bool (*)(cjose_jwk_t*)>;

bool release(cjose_jwk_t* key) { return cjose_jwk_release(key); }

Key made(SigningKey::Kind kind) {
  constexpr std::uint8_t exponent[] = {1, 0, 1};
  cjose_err error{};
  Key key(kind == SigningKey::Kind::rsa ? cjose_jwk_create_RSA_random(2048, exponent, sizeof exponent, &error)
                                        : cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error),
          &release);
  if (!key) throw std::runtime_error(std::string("no key: ") + error.message);
  return key;
}

std::string signed_by(const cjose_jwk_t* key, const Json& header, const std::string& text) {
  cjose_err error{};
  const std::unique_ptr<cjose_header_t, void (*)(cjose_header_t*)> head(cjose_header_new(&error),
                                                                        &cjose_header_release);
  for (const auto& [name, value] : header.items()) {
    const bool set = value.is_string()
                         ? cjose_header_set(head.get(), name.c_str(), value.get<std::string>().c_str(), &error)
                         : cjose_header_set_raw(head.get(), name.c_str(), value.dump().c_str(), &error);
    if (!set) throw std::runtime_error(error.message);
  }
  const std::unique_ptr<cjose_jws_t, void (*)(cjose_jws_t*)> jws(
      cjose_jws_sign(key, head.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), &error),
      &cjose_jws_release);
  const char* token = nullptr;
  if (!jws || !cjose_jws_export(jws.get(), &token, &error)) throw std::runtime_error(error.message);
  return token;
}

std::string base64url(const std::string& text) {
  cjose_err error{};
  char* encoded = nullptr;
  std::size_t size = 0;
  if (!cjose_base64url_encode(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), &encoded, &size,
                              &error)) {
    throw std::runtime_error(error.message);
  }
  std::string made(encoded, size);
  std::free(encoded);
  return made;
}

}  // namespace

SigningKey::SigningKey(std::string kid, Kind kind) : kid_(std::move(kid)), kind_(kind), key_(made(kind)) {}

Json SigningKey::public_half() const {
  cjose_err error{};
  const std::unique_ptr<char, void (*)(void*)> text(cjose_jwk_to_json(key_.get(), false, &error), &std::free);
  auto half = Json::parse(text.get());
  half["kid"] = kid_;
  half["use"] = "sig";
  return half;
}

std::string SigningKey::sign(const Json& claims, const Json& header) const {
  Json whole{{"alg", kind_ == Kind::rsa ? "RS256" : "ES256"}, {"kid", kid_}};
  whole.update(header);
  return signed_by(key_.get(), whole, claims.dump());
}

std::string unsigned_token(const Json& claims) {
  return base64url(R"({"alg":"none"})") + "." + base64url(claims.dump()) + ".";
}

std::string token_by_public_key(const Json& claims, const SigningKey& key) {
  const auto half = key.public_half();
  const auto secret = half.dump();
  cjose_err error{};
  const Key shared(
      cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size(), &error), &release);
  return signed_by(shared.get(), {{"alg", "HS256"}, {"kid", half["kid"]}}, claims.dump());
}

}  // namespace wyvern::test
