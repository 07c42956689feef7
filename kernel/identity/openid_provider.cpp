#include "identity/openid_provider.hpp"

#include <sodium.h>

#include <algorithm>
#include <string_view>

#include "identity/bounded_fetch.hpp"
#include "identity/id_token.hpp"
#include "operations/operation.hpp"

namespace wyvern::identity {
namespace {

using operations::Refusal;

constexpr int most_under_way = 8;  // so that a provider that hangs leaves threads for everything else
constexpr std::chrono::hours kept_for{1};
constexpr std::chrono::seconds sought_anew_every{30};
constexpr std::chrono::seconds fault_told_for{3};

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool lists(const Json& object, const char* name, std::string_view value) {
  const auto found = object.find(name);
  return found != object.end() && found->is_array() &&
         std::any_of(found->begin(), found->end(), [&](const Json& each) { return each == value; });
}

std::string basic(const std::string& name, const std::string& secret) {
  const std::string pair = url_escaped(name) + ":" + url_escaped(secret);
  std::string text(sodium_base64_ENCODED_LEN(pair.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(pair.data()), pair.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminator
  return "Basic " + text;
}

// The provider's word for an error, when it is one that can be shown.
std::string shown_error(const Json& answer) {
  const auto error = text_of(answer, "error");
  const bool sound = !error.empty() && error.size() <= 64 &&
                     std::all_of(error.begin(), error.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return sound ? error : "an error without a name";
}

std::string checked_endpoint(const Json& description, const char* name, const std::string& issuer) {
  auto url = text_of(description, name);
  if (is_https(url) || (is_loopback_http(issuer) && is_loopback_http(url))) return url;
  throw Refusal(502, "oidc.provider_fault",
                std::string("the OpenID provider names no ") + name + " with https, which is needed");
}

}  // namespace

// A place among those who wait for the provider.
class OpenIdProvider::Turn {
 public:
  explicit Turn(OpenIdProvider& provider) : provider_(provider) {
    if (++provider_.under_way_ <= most_under_way) return;
    --provider_.under_way_;
    throw Refusal(503, "oidc.busy",
                  "too many people sign in by the provider at this moment; try again in some seconds");
  }
  ~Turn() { --provider_.under_way_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  OpenIdProvider& provider_;
};

Json OpenIdProvider::document(const std::string& url, const std::string& what, const std::string& authorization) {
  const auto answer = bounded_fetch({.url = url, .form = {}, .authorization = authorization});
  const std::string whose = "the OpenID provider's " + what + " at " + url;
  if (answer.status == 0) {
    throw Refusal(503, "oidc.provider_unreachable",
                  whose + " cannot be had: " + answer.fault + "; signing in by password works all the same");
  }
  Json said = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (answer.status != 200 || !said.is_object()) {
    throw Refusal(answer.status >= 500 ? 503 : 502,
                  answer.status >= 500 ? "oidc.provider_unreachable" : "oidc.provider_fault",
                  whose + " is no JSON object but an answer of status " + std::to_string(answer.status) +
                      "; check identity.oidc.issuer");
  }
  return said;
}

Json OpenIdProvider::metadata() {
  {
    const std::lock_guard lock(mutex_);
    if (metadata_ && Clock::now() - metadata_->at < kept_for) return metadata_->value;
    // Else a provider that is away would be asked, and waited for, by everybody who knocks here.
    if (fault_ && Clock::now() - fault_at_ < fault_told_for) throw Refusal(503, "oidc.provider_unreachable", *fault_);
  }
  std::string base = settings_.issuer;
  while (base.ends_with('/')) base.pop_back();
  try {
    Json said = document(base + "/.well-known/openid-configuration", "description");
    if (text_of(said, "issuer") != settings_.issuer) {
      throw Refusal(502, "oidc.provider_fault",
                    "the OpenID provider at " + base +
                        " calls itself another issuer; write identity.oidc.issuer as it does, to the last character");
    }
    // What is not good is not kept either: it may be mended at any time.
    for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri"}) {
      (void)checked_endpoint(said, name, settings_.issuer);
    }
    const std::lock_guard lock(mutex_);
    fault_.reset();
    metadata_ = Kept{said, Clock::now()};
    return said;
  } catch (const Refusal& refusal) {
    if (refusal.status == 503) {
      const std::lock_guard lock(mutex_);
      fault_ = refusal.what();
      fault_at_ = Clock::now();
    }
    throw;
  }
}

std::string OpenIdProvider::endpoint(const char* name) { return checked_endpoint(metadata(), name, settings_.issuer); }

Json OpenIdProvider::keys(bool anew) {
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    const bool fresh = keys_ && now - keys_->at < kept_for;
    if (fresh && !anew) return keys_->value;
    if (fresh && keys_sought_anew_ != Clock::time_point() && now - keys_sought_anew_ < sought_anew_every) {
      return keys_->value;
    }
    if (fresh) keys_sought_anew_ = now;
  }
  Json said = document(endpoint("jwks_uri"), "keys");
  const std::lock_guard lock(mutex_);
  keys_ = Kept{said, Clock::now()};
  return said;
}

std::string OpenIdProvider::login_url(const PendingLogin& login) {
  const Turn turn(*this);
  const auto where = endpoint("authorization_endpoint");
  return where + (where.find('?') == std::string::npos ? "?" : "&") +
         "response_type=code&client_id=" + url_escaped(settings_.client_id) +
         "&redirect_uri=" + url_escaped(settings_.redirect_uri) + "&scope=" + url_escaped(settings_.scopes) +
         "&state=" + login.state + "&nonce=" + login.nonce + "&code_challenge=" + login.challenge() +
         "&code_challenge_method=S256";
}

Json OpenIdProvider::tokens_for(const std::string& code, const PendingLogin& login) {
  FetchRequest request{.url = endpoint("token_endpoint"),
                       .form = "grant_type=authorization_code&code=" + url_escaped(code) + "&redirect_uri=" +
                               url_escaped(settings_.redirect_uri) + "&code_verifier=" + login.verifier,
                       .authorization = {}};
  const auto known = metadata();
  constexpr const char* methods = "token_endpoint_auth_methods_supported";
  if (lists(known, methods, "client_secret_post") && !lists(known, methods, "client_secret_basic")) {
    request.form +=
        "&client_id=" + url_escaped(settings_.client_id) + "&client_secret=" + url_escaped(settings_.client_secret);
  } else {
    request.authorization = basic(settings_.client_id, settings_.client_secret);
  }
  const auto answer = bounded_fetch(request);
  if (answer.status == 0 || answer.status >= 500) {
    throw Refusal(503, "oidc.provider_unreachable",
                  "the OpenID provider gives no tokens: " +
                      (answer.status == 0 ? answer.fault : "it answers " + std::to_string(answer.status)) +
                      "; signing in by password works all the same");
  }
  Json said = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (!said.is_object()) throw Refusal(502, "oidc.provider_fault", "the OpenID provider's tokens are no JSON object");
  if (answer.status == 200) return said;
  if (text_of(said, "error") == "invalid_grant") {
    throw Refusal(401, "oidc.code", "the OpenID provider does not take the code; begin again");
  }
  throw Refusal(502, "oidc.provider_fault",
                "the OpenID provider gives no tokens: " + shown_error(said) +
                    "; check client_id, client_secret and redirect_uri of identity.oidc");
}

Json OpenIdProvider::verified(const std::string& id_token, const PendingLogin& login, std::int64_t now) {
  auto claims = signed_claims(id_token, keys(/*anew=*/false));
  if (!claims) claims = signed_claims(id_token, keys(/*anew=*/true));  // the provider may have changed its keys
  if (!claims) throw Refusal(502, "oidc.id_token", "the provider's ID token is signed by none of its keys");
  check_claims(*claims,
               {.issuer = settings_.issuer, .client_id = settings_.client_id, .nonce = login.nonce, .now = now});
  return std::move(*claims);
}

// A provider need not put more than `sub` into an ID token.
void OpenIdProvider::add_userinfo(Json& claims, const Json& tokens) {
  const bool all_there = claims.contains(settings_.name_claim) &&
                         (settings_.name_claim != "email" || claims.contains("email_verified")) &&
                         (settings_.administrators.empty() || claims.contains(settings_.groups_claim));
  if (all_there || !metadata().contains("userinfo_endpoint")) return;
  const auto told = document(endpoint("userinfo_endpoint"), "userinfo", "Bearer " + text_of(tokens, "access_token"));
  if (text_of(told, "sub") != text_of(claims, "sub")) {
    throw Refusal(502, "oidc.provider_fault", "the OpenID provider's userinfo is about another person");
  }
  for (const auto& [name, value] : told.items()) {
    if (!claims.contains(name)) claims[name] = value;
  }
}

Json OpenIdProvider::claims_of(const std::string& code, const PendingLogin& login, std::int64_t now) {
  const Turn turn(*this);
  const auto tokens = tokens_for(code, login);
  Json claims = verified(text_of(tokens, "id_token"), login, now);
  add_userinfo(claims, tokens);
  return claims;
}

}  // namespace wyvern::identity
