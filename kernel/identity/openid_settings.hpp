// The section identity.oidc of the configuration, whose schema says what each setting does.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wyvern::identity {

using Json = nlohmann::json;

struct OpenIdSettings {
  std::string issuer;
  std::string client_id;
  std::string client_secret;
  std::string redirect_uri;
  std::string scopes;  // with spaces between
  std::string name_claim;
  std::string groups_claim;
  std::vector<std::string> administrators;  // groups; empty: the provider has no say in it
  bool create_people = false;
  bool skip_second_factor = false;
  std::string title;

  // `section` as the schema has checked it.
  static OpenIdSettings from(const Json& section);
};

}  // namespace wyvern::identity
