// A deployment whose people sign in by an OpenID Connect provider.
#pragma once

#include <memory>
#include <string>

#include "browser.hpp"
#include "contract.hpp"

namespace wyvern::test {

class OpenIdContract : public ::testing::Test {
 protected:
  static constexpr const char* client_id = "wyvern";
  static constexpr const char* client_secret = "what only both of them know";

  // Where the API will be, so that the provider can be told before it is there.
  const std::string root = "http://127.0.0.1:" + std::to_string(free_port());
  const std::string api = root + "/api/v1";
  const std::string callback = api + "/auth/oidc/callback";

  // Starts it with identity.oidc, of which `more` is merged over the least.
  void deploy(const std::string& issuer, const Json& more = Json::object()) {
    Json oidc = {
        {"issuer", issuer}, {"client_id", client_id}, {"client_secret", client_secret}, {"redirect_uri", callback}};
    oidc.merge_patch(more);
    wyvern = std::make_unique<Deployment>(Deployment::Options{
        {{"identity", {{"oidc", oidc}, {"password_memory_mib", 19}, {"password_passes", 2}}},
         {"surfaces", {{"api", {{"plugin", "rest"}, {"listen", root.substr(std::string("http://").size())}}}}}}});
  }

  // A person whom the provider calls `oidc_name`; the id.
  std::string person(const std::string& name, const std::string& oidc_name, const Json& more = Json::object()) const {
    Json body = {{"name", name}, {"oidc_name", oidc_name}};
    body.merge_patch(more);
    const auto made = wyvern->call("POST", "/users", body);
    EXPECT_EQ(made.status, 201) << made.text;
    return made.body.value("id", "");
  }
  Json last_in_audit(const std::string& operation) const {
    const auto rows = wyvern->call("GET", "/audit?limit=1&operation=" + operation).body;
    return rows.empty() ? Json::object() : rows[0];
  }

  static ::testing::AssertionResult refused(const Page& page, long status, const std::string& code) {
    const auto body = Json::parse(page.body, nullptr, false);
    const bool same = page.status == status && body.is_object() && body.value("code", "") == code;
    if (same && !body.value("error", "").empty() && page.cookies.empty()) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "expected " << status << " " << code << " and no cookie, got "
                                         << page.status << " " << page.body << " with " << page.cookies.size()
                                         << " cookies";
  }

  std::unique_ptr<Deployment> wyvern;
};

}  // namespace wyvern::test
