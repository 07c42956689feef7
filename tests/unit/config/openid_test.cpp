// identity.oidc: what of it lint sees before anybody tries to sign in.
#include <gmock/gmock.h>

#include "written.hpp"

namespace wyvern::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class OpenIdSection : public test::Written {
 protected:
  auto with(const std::string& issuer, const std::string& redirect_uri, const std::string& more = "") {
    return load(
        "wyvern: 1\nroles: [controller]\nstores: {main: {plugin: store-sqlite, path: db}}\nidentity:\n  oidc:\n" +
        ("    issuer: \"" + issuer + "\"\n    redirect_uri: \"" + redirect_uri) +
        "\"\n    client_id: wyvern\n    client_secret: hunter2\n" + more);
  }
  static constexpr const char* redirect = "https://wyvern.example/api/v1/auth/oidc/callback";
};

TEST_F(OpenIdSection, TakesAnIssuerByHttpsOrOnThisMachineOnly) {
  for (const char* good : {"https://login.example/realms/staff", "https://login.example", "http://127.0.0.1:3000",
                           "http://localhost:3000/", "http://[::1]/x"}) {
    const auto loaded = with(good, redirect);
    EXPECT_TRUE(loaded.config) << good << "\n" << as_text(loaded.diagnostics);
  }
  for (const char* bad : {"http://login.example", "http://127.0.0.1.login.example", "http://localhost@login.example",
                          "https://login.example?x=1", "login.example", "ftp://127.0.0.1"}) {
    EXPECT_THAT(fault(with(bad, redirect)), HasSubstr("has not the form")) << bad;
  }
}

TEST_F(OpenIdSection, TakesARedirectUriThatLeadsToTheCallback) {
  for (const char* bad : {"https://wyvern.example/api/v1/auth/oidc/login", "/api/v1/auth/oidc/callback",
                          "https://wyvern.example/auth/oidc/callback?x=1"}) {
    EXPECT_THAT(fault(with("https://login.example", bad)), HasSubstr("has not the form")) << bad;
  }
  EXPECT_TRUE(with("https://login.example", "https://wyvern.example/auth/oidc/callback").config);
}

TEST_F(OpenIdSection, NamesASettingThatDoesNotExist) {
  EXPECT_THAT(fault(with("https://login.example", redirect, "    create_poeple: true\n")),
              AllOf(HasSubstr("config.unknown_key"), HasSubstr("create_people")));
}

TEST_F(OpenIdSection, IsPrintedWithoutTheSecret) {
  const auto loaded = with("https://login.example", redirect);
  ASSERT_TRUE(loaded.config);
  EXPECT_EQ(loaded.config->sections["identity"]["oidc"]["client_secret"], "hunter2");
  EXPECT_THAT(redacted(*loaded.config), AllOf(HasSubstr("client_secret: \"(secret)\""), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace wyvern::config
