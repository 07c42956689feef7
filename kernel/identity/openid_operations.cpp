// /auth/oidc: out to the OpenID provider, and back.
#include <algorithm>

#include "identity/identity.hpp"
#include "identity/login_session.hpp"
#include "identity/openid_people.hpp"
#include "operations/group.hpp"

namespace wyvern::identity {
namespace {

using operations::Call;
using operations::Refusal;
using operations::Reply;

constexpr std::string_view login_cookie = "wyvern_login";
constexpr std::size_t longest_return_to = 1024;

std::int64_t now_s() { return store::Timestamp::now().us / 1'000'000; }

OpenIdProvider& provider_of(Identity& identity) {
  if (identity.openid() != nullptr) return *identity.openid();
  throw Refusal(404, "oidc.not_configured", "this installation has no OpenID provider; identity.oidc names one");
}

// Only a path: what a browser could take for another host is refused, and what it would leave out on reading.
std::string checked_return_to(const std::string& path) {
  const bool local = path.size() <= longest_return_to && path.starts_with('/') && !path.starts_with("//") &&
                     std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; });
  if (!local) {
    throw Refusal(400, "oidc.return_to",
                  "return_to must be a path of this installation, such as /channels, of printable ASCII and at most " +
                      std::to_string(longest_return_to) + " bytes");
  }
  return path;
}

// Sent where the provider sends browsers back to, and nowhere else.
std::string cookie_of_login(const OpenIdSettings& settings, const std::string& value, std::int64_t seconds) {
  const auto& uri = settings.redirect_uri;
  const bool tls = uri.starts_with("https:");
  return std::string(login_cookie) + "=" + value +
         "; HttpOnly; SameSite=Lax; Path=" + uri.substr(uri.find('/', uri.find("://") + 3)) +
         "; Max-Age=" + std::to_string(seconds) + (tls ? "; Secure" : "");
}

Reply redirect(const std::string& to) {
  Reply reply(Json{{"location", to}});
  reply.headers = {{"Location", to}, {"Cache-Control", "no-store"}, {"Referrer-Policy", "no-referrer"}};
  return reply;
}

Reply methods(Identity& identity, const Call&) {
  Json oidc = nullptr;
  if (identity.openid() != nullptr) oidc = {{"title", identity.openid()->settings().title}};
  return Json{{"password", true}, {"oidc", oidc}};
}

Reply begin(Identity& identity, const Call& call) {
  auto& provider = provider_of(identity);
  const auto login =
      PendingLogin::begin(checked_return_to(call.has("return_to") ? call.text("return_to") : "/"), now_s());
  auto reply = redirect(provider.login_url(login));
  reply.headers.emplace_back(
      "Set-Cookie", cookie_of_login(provider.settings(), seal(login, sealing_key(identity.store())), pending_login_s));
  return reply;
}

// The login that this browser began with this state. Throws Refusal 400.
PendingLogin login_of(Identity& identity, const Call& call) {
  const auto header = call.header("cookie").value_or("");
  if (header.size() > login_cookie.size()) {
    auto login = unseal(header.substr(login_cookie.size() + 1), sealing_key(identity.store()));
    if (login && login->state == call.text("state") && login->expires > now_s()) return std::move(*login);
  }
  throw Refusal(400, "oidc.state",
                "this browser has begun no such login within the last " + std::to_string(pending_login_s / 60) +
                    " minutes; begin again");
}

// What the provider says instead of a code. Throws Refusal.
void require_code(const Call& call, const OpenIdSettings& settings) {
  if (call.has("iss") && call.text("iss") != settings.issuer) {
    throw Refusal(400, "oidc.issuer", "the answer comes from another provider than the one that was asked");
  }
  if (call.has("error")) {
    auto error = call.text("error");
    const bool sound = error.size() <= 64 && std::all_of(error.begin(), error.end(),
                                                         [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    throw Refusal(403, "oidc.refused",
                  "the OpenID provider refused the login: " + (sound ? error : "an error without a name"));
  }
  if (!call.has("code")) throw Refusal(400, "field.required", "code is required");
}

Reply finish(Identity& identity, Call& call) {
  auto& provider = provider_of(identity);
  const auto& openid = provider.settings();
  const auto login = login_of(identity, call);
  identity.store().write([&](store::Session& session) { take_state(session, login, now_s()); });
  require_code(call, openid);
  const auto claims = provider.claims_of(call.text("code"), login, now_s());

  const auto& settings = identity.settings();
  LoginSession made;
  const auto person = identity.change([&](store::Session& session) {
    auto found = person_of_claims(session, claims, openid);
    session.concerns(found.id);
    made = new_session(found.id, settings.session_lifetime);
    add_token(session, made.token, made.text);
    return found;
  });
  call.subject = person.id;
  call.caller.id = person.id;
  call.caller.name = person.name;
  auto reply = redirect(login.return_to);
  reply.headers.emplace_back("Set-Cookie",
                             session_cookie(made.text, settings.session_lifetime, settings.secure_cookie(call)));
  reply.headers.emplace_back("Set-Cookie", cookie_of_login(openid, "", 0));
  return reply;
}

Reply finish_throttled(Identity& identity, Call& call) {
  Throttle::Attempt attempt(identity.throttle(), std::nullopt, call.caller.remote_address);
  try {
    auto reply = finish(identity, call);
    attempt.succeeded();
    return reply;
  } catch (const Refusal& refusal) {
    if (refusal.status >= 500 || refusal.status == 404) attempt.unfinished();  // that is nobody's guess
    throw;
  }
}

}  // namespace

void add_openid_operations(operations::Table& table, Identity& identity) {
  operations::Group<Identity> group(table, "auth", identity);
  const Json text = {{"type", "string"}};
  const Json location = {{"type", "object"}, {"properties", {{"location", text}}}};
  const auto said = [](const char* what) { return Json{{"type", "string"}, {"description", what}}; };
  group.add({.name = "auth.methods",
             .summary = "How people can sign in here",
             .method = "GET",
             .path = "/auth/methods",
             .permission = Permission::anyone,
             .response = {{"type", "object"},
                          {"properties",
                           {{"password", {{"type", "boolean"}}},
                            {"oidc",
                             {{"type", {"object", "null"}},
                              {"description", "What the button for /auth/oidc/login says; null without a provider."},
                              {"properties", {{"title", text}}}}}}}},
             .idempotent = true},
            &methods);
  group.add(
      {.name = "auth.oidc.begin",
       .summary = "Sends a browser to the OpenID provider",
       .method = "GET",
       .path = "/auth/oidc/login",
       .permission = Permission::anyone,
       .request = {{"properties",
                    {{"return_to",
                      {{"type", "string"},
                       {"default", "/"},
                       {"description", "Where the browser goes once signed in: a path of this installation."}}}}}},
       .response = location,
       .blocking = true,
       .success = 303},
      &begin);
  group.add({.name = "auth.oidc.login",
             .summary = "Signs a person in who comes back from the OpenID provider, with a session's cookie",
             .method = "GET",
             .path = "/auth/oidc/callback",
             .permission = Permission::anyone,
             // Providers add fields of their own, which are to be ignored (RFC 6749, 4.1.2).
             .request = {{"required", {"state"}},
                         {"additionalProperties", true},
                         {"properties",
                          {{"state", said("Of the login that this browser began.")},
                           {"code", said("What the provider gives its tokens for, once.")},
                           {"error", said("What the provider says instead of a code.")},
                           {"iss", said("The provider's issuer.")}}}},
             .response = location,
             .secret_answer = true,
             .audited = true,
             .blocking = true,
             .success = 303},
            &finish_throttled);
}

}  // namespace wyvern::identity
