#include "identity/openid_settings.hpp"

namespace wyvern::identity {

OpenIdSettings OpenIdSettings::from(const Json& section) {
  const Json claims = section.value("claims", Json::object());
  OpenIdSettings settings{.issuer = section.at("issuer"),
                          .client_id = section.at("client_id"),
                          .client_secret = section.at("client_secret"),
                          .redirect_uri = section.at("redirect_uri"),
                          .scopes = "openid",
                          .name_claim = claims.value("name", "email"),
                          .groups_claim = claims.value("groups", "groups"),
                          .administrators = section.value("administrators", std::vector<std::string>()),
                          .create_people = section.value("create_people", false),
                          .skip_second_factor = section.value("skip_second_factor", false),
                          .title = section.value("title", "Single sign-on")};
  for (const auto& scope : section.value("scopes", std::vector<std::string>{"profile", "email"})) {
    if (scope != "openid") settings.scopes += " " + scope;
  }
  return settings;
}

}  // namespace wyvern::identity
