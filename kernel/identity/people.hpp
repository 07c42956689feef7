// People as the store keeps them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operations/operation.hpp"
#include "operations/page.hpp"
#include "store/store.hpp"

namespace wyvern::identity {

using operations::Json;

struct Person {
  std::string id;
  std::string name;
  bool administrator = false;
  bool active = true;
  std::optional<std::string> password;     // as Argon2id writes it; without one nobody signs in as this person
  std::optional<std::string> totp_secret;  // counts once `totp` is true
  bool totp = false;
  std::int64_t totp_step = 0;  // the last that was accepted
  store::Timestamp created_at;
  std::optional<std::string> oidc_name = {};  // what the OpenID provider calls this person
  bool oidc_bound = false;                    // to an account there; see openid_people.hpp

  // Nothing secret.
  Json json() const;
};
Json person_schema();

constexpr int most_people = 10'000;
constexpr std::size_t longest_name = 128;  // in bytes; of a person, a project or a token
// Without space around it and control characters. Throws Refusal 400.
std::string checked_name(std::string_view name);

// By name.
std::vector<Person> list_people(store::Session& session, const operations::Page& page);
std::optional<Person> find_person(store::Session& session, const std::string& id);
std::optional<Person> find_person_by_name(store::Session& session, std::string_view name);
// Throws Refusal 404.
Person get_person(store::Session& session, const std::string& id);
// Both throw Refusal 409 when another has the name, or the provider's. Neither binds to an account.
void add_person(store::Session& session, const Person& person);
void save_person(store::Session& session, const Person& person);
void remove_person(store::Session& session, const std::string& id);
// Whether an active administrator is left beside `id`.
bool has_another_administrator(store::Session& session, const std::string& id);
// Throws Refusal 409 unless one is.
void require_another_administrator(store::Session& session, const std::string& id);

// Takes a code of the person's authenticator, or a recovery code, which is used up. `now`: seconds since 1970.
bool take_code(store::Session& session, const Person& person, std::string_view code, std::int64_t now);
// Makes new ones, in the place of those before; returned once.
std::vector<std::string> replace_recovery_codes(store::Session& session, const std::string& person_id);
void remove_recovery_codes(store::Session& session, const std::string& person_id);

}  // namespace wyvern::identity
