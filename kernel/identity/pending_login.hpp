// A login that goes its way through the provider: what this side must know when it comes back. The browser keeps it, in
// a cookie that it can neither read nor make, so that who only knocks writes nothing to the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/store.hpp"

namespace wyvern::identity {

constexpr std::int64_t pending_login_s = 600;

struct PendingLogin {
  std::string state;         // ties the answer to the browser
  std::string nonce;         // ties the ID token to the login
  std::string verifier;      // ties the code to the login (PKCE)
  std::string return_to;     // a path of this installation
  std::int64_t expires = 0;  // seconds since 1970

  // `now`: seconds since 1970.
  static PendingLogin begin(std::string return_to, std::int64_t now);
  // PKCE's S256.
  std::string challenge() const;
};

// What seals; made with the first call on a store, the same ever after.
std::string sealing_key(const store::Store& store);
std::string seal(const PendingLogin& login, const std::string& key);
// Nothing for what was not sealed with this key.
std::optional<PendingLogin> unseal(const std::string& text, const std::string& key);

// Takes the state, which works once. Throws Refusal 400.
void take_state(store::Session& session, const PendingLogin& login, std::int64_t now);

}  // namespace wyvern::identity
