// The contract's /auth: login, logout, who am I, and the password.
#include "identity/identity.hpp"
#include "identity/login_session.hpp"
#include "operations/group.hpp"

namespace wyvern::identity {
namespace {

using operations::Call;
using operations::Refusal;
using operations::Reply;

const Json password_field = {{"type", "string"}, {"maxLength", Passwords::longest}};

// The same answer, after the same work, whether the name or the password is wrong.
Refusal wrong_login() { return {401, "identity.wrong_login", "the name or the password is wrong"}; }

// What the login of `person` must still show. Throws Refusal 401.
void require_second_factor(store::Session& session, const Person& person, const Call& call) {
  if (!person.totp) return;
  if (!take_code(session, person, call.text("code"), store::Timestamp::now().us / 1'000'000)) {
    throw Refusal(401, "identity.wrong_code", "the code is wrong or was used already");
  }
}

Reply login(Identity& identity, Call& call) {
  const auto& password = call.text("password");
  Throttle::Attempt attempt(identity.throttle(), call.text("name"), call.caller.remote_address);
  const auto person =
      identity.store().read([&](store::Session& session) { return find_person_by_name(session, call.text("name")); });
  if (person) call.subject = person->id;
  const bool right = identity.passwords().matches(person ? person->password : std::nullopt, password);
  if (!right || !person->active) throw wrong_login();
  if (person->totp && !call.has("code")) {
    attempt.unfinished();
    throw Refusal(401, "identity.code_required", "a code of the authenticator, or a recovery code, is required too");
  }
  std::optional<std::string> stored_anew;
  if (identity.passwords().is_outdated(*person->password)) stored_anew = identity.passwords().hash(password);

  const auto& settings = identity.settings();
  const auto made = new_session(person->id, settings.session_lifetime);
  identity.change([&](store::Session& session) {
    auto current = find_person(session, person->id);
    // Changed while the hash was computed: what was shown may not be good any more.
    if (!current || !current->active || current->password != person->password) throw wrong_login();
    if (current->totp && !call.has("code")) throw wrong_login();
    session.concerns(current->id);
    require_second_factor(session, *current, call);
    if (stored_anew) {
      session.run("UPDATE people SET password = $2 WHERE id = $1", {current->id, *stored_anew});
    }
    add_token(session, made.token, made.text);
  });
  attempt.succeeded();
  call.caller.id = person->id;
  call.caller.name = person->name;
  Json body = {{"person", person->json()}, {"expires_at", made.token.expires_at->iso8601()}};
  if (call.input.value("as", "cookie") == "token") {
    body["token"] = made.text;
    return body;
  }
  Reply reply(body);
  reply.headers = {{"Set-Cookie", session_cookie(made.text, settings.session_lifetime, settings.secure_cookie(call))},
                   {"Cache-Control", "no-store"}};
  return reply;
}

Reply logout(Identity& identity, const Call& call) {
  identity.change([&](store::Session& session) {
    const auto token = find_token_by_hash(session, call.caller.proof);
    if (!token) return;
    if (token->kind != "session") {
      throw Refusal(409, "identity.not_a_session", "an API token is not signed in; remove it instead");
    }
    remove_token(session, token->id);
  });
  Reply reply(Json{{"signed_out", true}});
  reply.headers = {
      {"Set-Cookie", session_cookie("", std::chrono::seconds(0), identity.settings().secure_cookie(call))}};
  return reply;
}

Reply me(Identity& identity, const Call& call) {
  return identity.store().read([&](store::Session& session) -> Reply {
    const auto token = find_token_by_hash(session, call.caller.proof);
    if (!token) throw Refusal(401, "access.token_unknown", "the token is not known or has expired");
    Json body = get_person(session, call.caller.id).json();
    body["token"] = token->json();
    body["projects"] = Json::array();
    for (const auto& project : list_projects(session)) {
      const bool edit = identity.may(call.caller, Permission::edit, project.id);
      if (!edit && !identity.may(call.caller, Permission::view, project.id)) continue;
      body["projects"].push_back({{"id", project.id}, {"name", project.name}, {"permission", edit ? "edit" : "view"}});
    }
    return body;
  });
}

Reply change_password(Identity& identity, Call& call) {
  const auto [person, token] = identity.store().read([&](store::Session& session) {
    return std::pair(get_person(session, call.caller.id), find_token_by_hash(session, call.caller.proof));
  });
  call.subject = person.id;
  if (!token || token->narrowed()) {
    throw Refusal(403, "identity.narrowed", "a token of limited scope cannot change a password");
  }
  // Else who leaves the station, and the provider, could still come in here.
  if (!person.password && person.oidc_bound) {
    throw Refusal(403, "identity.oidc_bound",
                  "this person signs in by the OpenID provider; an administrator may give them a password");
  }
  if (person.password) {
    require_password(identity, call, person, call.input.value("current_password", std::string()));
  }
  const auto hash = identity.passwords().hash(call.text("password"));
  identity.change([&, before = person.password](store::Session& session) {
    auto current = get_person(session, call.caller.id);
    if (current.password != before) {
      throw Refusal(409, "identity.password_changed", "the password was changed meanwhile by somebody else");
    }
    current.password = hash;
    save_person(session, current);
    end_sessions(session, current.id, call.caller.proof);
  });
  return Json{{"changed", true}};
}

}  // namespace

void add_authentication_operations(operations::Table& table, Identity& identity) {
  operations::Group<Identity> group(table, "auth", identity);
  const Json text = {{"type", "string"}};
  group.add({.name = "auth.login",
             .summary = "Signs a person in, with a session's cookie or its token",
             .method = "POST",
             .path = "/auth/login",
             .permission = Permission::anyone,
             .request = {{"required", {"name", "password"}},
                         {"properties",
                          {{"name", {{"type", "string"}, {"maxLength", longest_name}}},
                           {"password", password_field},
                           {"code",
                            {{"type", "string"},
                             {"maxLength", 64},
                             {"description", "Of the authenticator, or a recovery code, which works once."}}},
                           {"as",
                            {{"type", "string"},
                             {"enum", {"cookie", "token"}},
                             {"default", "cookie"},
                             {"description", "How the session is handed over; a token is shown this once."}}}}}},
             .response = {{"type", "object"},
                          {"properties", {{"person", person_schema()}, {"expires_at", text}, {"token", text}}}},
             .secret_answer = true,
             .secret_request = true,
             .blocking = true},
            &login);
  group.add({.name = "auth.logout",
             .summary = "Ends the session that is shown",
             .method = "POST",
             .path = "/auth/logout",
             .permission = Permission::signed_in,
             .response = {{"type", "object"}, {"properties", {{"signed_out", {{"type", "boolean"}}}}}},
             .idempotent = true},
            &logout);
  Json me_schema = person_schema();
  me_schema["properties"]["token"] = token_schema();
  me_schema["properties"]["projects"] = {
      {"type", "array"},
      {"items",
       {{"type", "object"},
        {"properties",
         {{"id", text}, {"name", text}, {"permission", {{"type", "string"}, {"enum", {"view", "edit"}}}}}}}}};
  group.add({.name = "auth.me",
             .summary = "Who calls, by which token, and what they may do",
             .method = "GET",
             .path = "/auth/me",
             .permission = Permission::signed_in,
             .response = me_schema,
             .idempotent = true},
            &me);
  group.add({.name = "auth.change-password",
             .summary = "Gives the caller another password and ends the caller's other sessions",
             .method = "POST",
             .path = "/auth/password",
             .permission = Permission::signed_in,
             .request = {{"required", {"password"}},
                         {"properties", {{"password", password_field}, {"current_password", password_field}}}},
             .response = {{"type", "object"}, {"properties", {{"changed", {{"type", "boolean"}}}}}},
             .secret_request = true,
             .blocking = true},
            &change_password);
}

}  // namespace wyvern::identity
