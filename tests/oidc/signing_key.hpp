// A key that signs tokens as a provider does, and as one who lies does.
#pragma once

#include <cjose/cjose.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace wyvern::test {

class SigningKey {
 public:
  enum class Kind { rsa, ec };
  explicit SigningKey(std::string kid, Kind kind = Kind::rsa);

  nlohmann::json public_half() const;
  // A signed token; `header` is merged over {alg, kid}.
  std::string sign(const nlohmann::json& claims, const nlohmann::json& header = nlohmann::json::object()) const;

 private:
  std::string kid_;
  Kind kind_;
  std::unique_ptr<cjose_jwk_t, bool (*)(cjose_jwk_t*)> key_;
};

// A token that nobody has signed.
std::string unsigned_token(const nlohmann::json& claims);
// One that is "signed" with HS256 by what everybody can read: the public key.
std::string token_by_public_key(const nlohmann::json& claims, const SigningKey& key);

}  // namespace wyvern::test
