#include "identity/openid_people.hpp"

#include <algorithm>

namespace wyvern::identity {
namespace {

using operations::Refusal;

std::optional<Person> found_by(store::Session& session, std::string_view sql, store::Session::Parameters parameters) {
  const auto id = session.first(sql, parameters, [](const store::Row& row) { return row.text("id"); });
  return id ? find_person(session, *id) : std::nullopt;
}

void bind_to_account(store::Session& session, Person& person, const std::string& issuer, const std::string& subject) {
  session.run("UPDATE people SET oidc_issuer = $2, oidc_subject = $3 WHERE id = $1", {person.id, issuer, subject});
  person.oidc_bound = true;
}

// What the provider calls the person. Throws Refusal 403 where it says nothing that can be relied on.
std::string name_in(const Json& claims, const OpenIdSettings& settings) {
  const auto name = claims.find(settings.name_claim);
  if (name == claims.end() || !name->is_string() || name->get_ref<const std::string&>().empty()) {
    throw Refusal(403, "oidc.no_name",
                  "the provider does not tell the claim '" + settings.name_claim +
                      "', by which people are known here; check scopes and claims.name of identity.oidc");
  }
  if (settings.name_claim == "email" && claims.value("email_verified", Json()) != true) {
    throw Refusal(403, "oidc.unverified",
                  "the provider has not verified the e-mail address " + name->get<std::string>() +
                      ", so it says nothing about who this is");
  }
  return name->get<std::string>();
}

Person created(store::Session& session, const std::string& name) {
  Person person;
  person.id = store::new_uuid();
  try {
    person.name = checked_name(name);
  } catch (const Refusal& refusal) {
    throw Refusal(403, "oidc.name",
                  std::string("the provider's name for this person cannot be one here: ") + refusal.what());
  }
  if (find_person_by_name(session, name)) {
    throw Refusal(403, "oidc.name_taken",
                  "there is a person '" + name +
                      "' here, who is not bound to this account of the provider; an "
                      "administrator binds them by oidc_name");
  }
  person.oidc_name = name;
  person.created_at = store::Timestamp::now();
  add_person(session, person);
  return person;
}

Person bound_now(store::Session& session, const Json& claims, const OpenIdSettings& settings) {
  const auto name = name_in(claims, settings);
  auto person = found_by(session, "SELECT id FROM people WHERE oidc_name = $1", {name});
  if (person && person->oidc_bound) {
    throw Refusal(403, "oidc.bound_otherwise",
                  "the person '" + person->name + "' is bound to another account of the provider that was called '" +
                      name + "'; an administrator binds anew by giving oidc_name again");
  }
  if (!person && !settings.create_people) {
    throw Refusal(
        403, "oidc.unknown_person",
        "nobody here is known to the provider as '" + name + "'; an administrator adds a person with that oidc_name");
  }
  if (!person) person = created(session, name);
  bind_to_account(session, *person, settings.issuer, claims.at("sub"));
  return std::move(*person);
}

void take_over_groups(store::Session& session, Person& person, const Json& claims, const OpenIdSettings& settings) {
  if (settings.administrators.empty()) return;
  const Json groups = claims.value(settings.groups_claim, Json::array());
  const bool administrator = std::any_of(groups.begin(), groups.end(), [&](const Json& group) {
    return std::find(settings.administrators.begin(), settings.administrators.end(), group) !=
           settings.administrators.end();
  });
  if (administrator == person.administrator) return;
  if (!administrator && !has_another_administrator(session, person.id)) return;
  person.administrator = administrator;
  save_person(session, person);
}

}  // namespace

Person person_of_claims(store::Session& session, const Json& claims, const OpenIdSettings& settings) {
  auto person = found_by(session, "SELECT id FROM people WHERE oidc_issuer = $1 AND oidc_subject = $2",
                         {settings.issuer, claims.at("sub").get_ref<const std::string&>()});
  if (!person) person = bound_now(session, claims, settings);
  if (!person->active) {
    throw Refusal(403, "identity.inactive", "the person '" + person->name + "' may not sign in any more");
  }
  if (person->totp && !settings.skip_second_factor) {
    throw Refusal(403, "oidc.second_factor",
                  "this person has a second factor here and signs in by password and code; skip_second_factor of "
                  "identity.oidc leaves it to the provider");
  }
  take_over_groups(session, *person, claims, settings);
  return std::move(*person);
}

void unbind(store::Session& session, const std::string& person_id) {
  session.run("UPDATE people SET oidc_issuer = NULL, oidc_subject = NULL WHERE id = $1", {person_id});
}

}  // namespace wyvern::identity
