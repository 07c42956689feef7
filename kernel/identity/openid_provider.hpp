// The OpenID Connect provider of the configuration: what it says of itself, and what it says of people.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "identity/openid_settings.hpp"
#include "identity/pending_login.hpp"

namespace wyvern::identity {

// Thread-safe. It is asked for nothing before the first login. Every call may block for 10 s a request, and throws
// Refusal: 503 oidc.provider_unreachable, 503 oidc.busy, 502 oidc.provider_fault.
class OpenIdProvider {
 public:
  explicit OpenIdProvider(OpenIdSettings settings) : settings_(std::move(settings)) {}

  // Where a browser is sent to log in.
  std::string login_url(const PendingLogin& login);
  // What the provider says of the person who came back with `code`: claims of its ID token, verified, and those of its
  // userinfo where the ID token leaves out what is asked for. Throws also what id_token.hpp says, and Refusal 401
  // oidc.code for a code that the provider does not take.
  Json claims_of(const std::string& code, const PendingLogin& login, std::int64_t now);

  const OpenIdSettings& settings() const { return settings_; }

 private:
  using Clock = std::chrono::steady_clock;
  class Turn;
  struct Kept {
    Json value;
    Clock::time_point at;
  };

  Json metadata();
  Json keys(bool anew);
  Json tokens_for(const std::string& code, const PendingLogin& login);
  Json verified(const std::string& id_token, const PendingLogin& login, std::int64_t now);
  void add_userinfo(Json& claims, const Json& tokens);
  Json document(const std::string& url, const std::string& what, const std::string& authorization = {});
  std::string endpoint(const char* name);

  const OpenIdSettings settings_;
  std::atomic<int> under_way_ = 0;
  std::mutex mutex_;
  std::optional<Kept> metadata_;
  std::optional<Kept> keys_;
  Clock::time_point keys_sought_anew_;
  std::optional<std::string> fault_;  // the last one, told again for a while instead of asking again
  Clock::time_point fault_at_;
};

}  // namespace wyvern::identity
