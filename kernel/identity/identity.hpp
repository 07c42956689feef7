// Who calls, and what they may do: the one place that every operation asks.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "identity/openid_provider.hpp"
#include "identity/passwords.hpp"
#include "identity/people.hpp"
#include "identity/projects.hpp"
#include "identity/throttle.hpp"
#include "identity/tokens.hpp"
#include "operations/table.hpp"
#include "store/store.hpp"

namespace wyvern::identity {

// The section `identity` of the configuration.
struct Settings {
  Passwords::Cost password_cost;
  std::chrono::hours session_lifetime{12};
  bool always_secure_cookies = false;  // else where TLS carried the call
  std::optional<OpenIdSettings> openid = {};

  static Settings from(const Json& section);
  // Whether the cookie of a session that this call begins or ends is for TLS only.
  bool secure_cookie(const operations::Call& call) const { return always_secure_cookies || call.over_tls; }
};

// What the first start on an empty store made.
struct Bootstrap {
  bool created = false;
  std::string generated_token;  // to be printed once; empty when the configuration gave the token
};

// Thread-safe. Owner: the application, which keeps it while operations can be called.
class Identity final : public operations::Access {
 public:
  explicit Identity(store::Store store, Settings settings = {});

  // On a store without people: makes the first administrator with `token`, or with a generated one when it is empty.
  Bootstrap bootstrap(const std::string& token);

  operations::Caller authenticate(const operations::Credentials& credentials) override;
  bool may(const operations::Caller& caller, operations::Permission permission,
           const operations::ProjectId& project) override;
  bool renew(operations::Caller& caller) override;

  void add_operations(operations::Table& table);

  // A change of people, tokens or projects, in one transaction; every later call sees it.
  template <class F>
  auto change(F&& body) {
    return store_.write([&](store::Session& session) {
      session.after_commit([this] { forget(); });
      return body(session);
    });
  }

  const Settings& settings() const { return settings_; }
  const store::Store& store() const { return store_; }
  Passwords& passwords() { return passwords_; }
  Throttle& throttle() { return throttle_; }
  OpenIdProvider* openid() { return openid_.get(); }  // null: none is configured

 private:
  // Tokens are looked up in the store; the answer is kept for a moment only, since another controller on the same store
  // may change it. What this one changes is forgotten at once.
  struct Known {
    operations::Caller caller;
    std::int64_t until_ns;
  };
  std::optional<operations::Caller> caller_by_hash(const std::string& hash);
  void forget();

  const store::Store store_;
  const Settings settings_;
  Passwords passwords_;
  Throttle throttle_;
  const std::unique_ptr<OpenIdProvider> openid_;
  std::mutex mutex_;
  std::uint64_t changes_ = 0;                     // what was read before a change is not kept after it
  std::unordered_map<std::string, Known> known_;  // by hash
};

void add_authentication_operations(operations::Table& table, Identity& identity);
void add_openid_operations(operations::Table& table, Identity& identity);
void add_second_factor_operations(operations::Table& table, Identity& identity);
void add_person_operations(operations::Table& table, Identity& identity);
void add_token_operations(operations::Table& table, Identity& identity);
void add_project_operations(operations::Table& table, Identity& identity);

// The caller's own password, for what a stolen session must not do. Throttled like a login. Throws Refusal 403 for a
// wrong one, and for a person who has none.
void require_password(Identity& identity, const operations::Call& call, const Person& person,
                      const std::string& password);

}  // namespace wyvern::identity
