// Who a login by the provider is here. What binds is the provider's issuer and subject; a name only makes the binding,
// and only where an administrator wrote that name, since people and mail addresses change hands.
#pragma once

#include "identity/openid_settings.hpp"
#include "identity/people.hpp"

namespace wyvern::identity {

constexpr std::size_t longest_subject = 255;  // in bytes (OpenID Connect Core 1.0, 2)

// The person of these claims, bound or made if need be, and an administrator or not as `settings` say. Throws Refusal
// 403 for who may not sign in.
Person person_of_claims(store::Session& session, const Json& claims, const OpenIdSettings& settings);
// The next login by the person's oidc_name binds again.
void unbind(store::Session& session, const std::string& person_id);

}  // namespace wyvern::identity
