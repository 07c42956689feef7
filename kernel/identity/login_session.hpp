// The session that a login gives, however the person was known.
#pragma once

#include <chrono>
#include <string>

#include "identity/tokens.hpp"

namespace wyvern::identity {

struct LoginSession {
  Token token;       // to be added to the store
  std::string text;  // what the person shows, once told
};

LoginSession new_session(const std::string& person_id, std::chrono::seconds lifetime);
// The header Set-Cookie; without a text and with no lifetime it takes the cookie away. `secure`: over TLS only.
std::string session_cookie(const std::string& text, std::chrono::seconds lifetime, bool secure);

}  // namespace wyvern::identity
