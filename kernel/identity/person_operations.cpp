// The contract's /users.
#include "identity/identity.hpp"
#include "identity/openid_people.hpp"
#include "operations/group.hpp"

namespace wyvern::identity {
namespace {

using operations::Call;
using operations::Reply;

Reply list(Identity& identity, const Call& call) {
  return identity.store().read([&](store::Session& session) -> Reply {
    Json all = Json::array();
    for (const auto& person : list_people(session, operations::Page(call))) all.push_back(person.json());
    return all;
  });
}

Reply get(Identity& identity, const Call& call) {
  return identity.store().read(
      [&](store::Session& session) -> Reply { return get_person(session, call.text("id")).json(); });
}

Reply create(Identity& identity, Call& call) {
  Person person;
  person.id = store::new_uuid();
  person.name = checked_name(call.text("name"));
  person.administrator = call.input.value("administrator", false);
  person.created_at = store::Timestamp::now();
  if (call.has("password")) person.password = identity.passwords().hash(call.text("password"));
  if (call.has("oidc_name")) person.oidc_name = call.text("oidc_name");
  identity.change([&](store::Session& session) {
    session.concerns(person.id);
    add_person(session, person);
  });
  return person.json();
}

Reply edit(Identity& identity, const Call& call) {
  std::optional<std::string> hash;
  if (call.has("password")) hash = identity.passwords().hash(call.text("password"));
  return identity.change([&](store::Session& session) -> Reply {
    auto person = get_person(session, call.text("id"));
    const bool was_administrator = person.administrator && person.active;
    if (call.has("name")) person.name = checked_name(call.text("name"));
    person.administrator = call.input.value("administrator", person.administrator);
    person.active = call.input.value("active", person.active);
    if (was_administrator && !(person.administrator && person.active)) {
      require_another_administrator(session, person.id);
    }
    if (hash) person.password = hash;
    if (!call.input.value("totp", true)) {
      person.totp = false;
      person.totp_secret.reset();
      remove_recovery_codes(session, person.id);
    }
    if (call.has("oidc_name")) {
      const auto& named = call.input.at("oidc_name");
      person.oidc_name = named.is_null() ? std::nullopt : std::optional(named.get<std::string>());
      person.oidc_bound = false;
      unbind(session, person.id);
    }
    save_person(session, person);
    if (hash || !person.active) end_sessions(session, person.id, person.active ? call.caller.proof : std::string());
    return person.json();
  });
}

Reply remove(Identity& identity, const Call& call) {
  identity.change([&](store::Session& session) {
    const auto person = get_person(session, call.text("id"));
    if (person.administrator && person.active) require_another_administrator(session, person.id);
    remove_person(session, person.id);
  });
  return Json{{"deleted", true}};
}

}  // namespace

void add_person_operations(operations::Table& table, Identity& identity) {
  operations::Group<Identity> group(table, "people", identity);
  const Json id = {{"type", "string"}, {"format", "uuid"}};
  const Json only_id = {{"properties", {{"id", id}}}};
  const Json flag = {{"type", "boolean"}};
  const Json name = {{"type", "string"}, {"minLength", 1}, {"maxLength", longest_name}};
  const Json password = {{"type", "string"},
                         {"maxLength", Passwords::longest},
                         {"description", "8 to 1024 bytes. Without one nobody signs in as this person."}};
  const auto oidc_name = [](const Json& type, const std::string& more) {
    return Json{{"type", type},
                {"minLength", 1},
                {"maxLength", longest_subject},
                {"description",
                 "What the OpenID provider calls this person, in the claim that identity.oidc.claims.name says. The "
                 "first login by that name binds the person to the account there." +
                     more}};
  };
  group.add({.name = "users.list",
             .summary = "People, by name",
             .method = "GET",
             .path = "/users",
             .request = {{"properties", operations::Page::properties()}},
             .response = {{"type", "array"}, {"items", person_schema()}},
             .idempotent = true},
            &list);
  group.add({.name = "users.get",
             .summary = "One person",
             .method = "GET",
             .path = "/users/{id}",
             .request = only_id,
             .response = person_schema(),
             .idempotent = true},
            &get);
  group.add({.name = "users.create",
             .summary = "Adds a person",
             .method = "POST",
             .path = "/users",
             .request = {{"required", {"name"}},
                         {"properties",
                          {{"name", name},
                           {"password", password},
                           {"administrator", flag},
                           {"oidc_name", oidc_name("string", "")}}}},
             .response = person_schema(),
             .secret_request = true,
             .blocking = true,
             .success = 201},
            &create);
  group.add(
      {.name = "users.update",
       .summary = "Renames a person, gives or takes rights, sets a password, or removes the second factor",
       .method = "PATCH",
       .path = "/users/{id}",
       .request = {{"properties",
                    {{"id", id},
                     {"name", name},
                     {"password", password},
                     {"administrator", flag},
                     {"active", {{"type", "boolean"}, {"description", "false ends all that the person has open."}}},
                     {"oidc_name", oidc_name({"string", "null"}, " Given again, or null, it undoes a binding.")},
                     {"totp",
                      {{"type", "boolean"}, {"const", false}, {"description", "false removes the second factor."}}}}}},
       .response = person_schema(),
       .idempotent = true,
       .secret_request = true,
       .blocking = true},
      &edit);
  group.add({.name = "users.delete",
             .summary = "Removes a person with their tokens; what they did stays in the audit",
             .method = "DELETE",
             .path = "/users/{id}",
             .request = only_id,
             .response = {{"type", "object"}, {"properties", {{"deleted", flag}}}},
             .idempotent = true},
            &remove);
}

}  // namespace wyvern::identity
