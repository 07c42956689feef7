#include "identity/login_session.hpp"

namespace wyvern::identity {

LoginSession new_session(const std::string& person_id, std::chrono::seconds lifetime) {
  const auto now = store::Timestamp::now();
  return {{.id = store::new_uuid(),
           .person_id = person_id,
           .kind = "session",
           .name = {},
           .project_id = {},
           .created_at = now,
           .expires_at = store::Timestamp{now.us + lifetime.count() * 1'000'000}},
          new_token()};
}

std::string session_cookie(const std::string& text, std::chrono::seconds lifetime, bool secure) {
  return "wyvern_session=" + text +
         "; HttpOnly; SameSite=Strict; Path=/api; Max-Age=" + std::to_string(lifetime.count()) +
         (secure ? "; Secure" : "");
}

}  // namespace wyvern::identity
