// Signing in by a real OpenID Connect provider, from the browser's side.
#include "openid.hpp"
#include "identity/one_time_code.hpp"
#include "openid_provider_process.hpp"
#include "store/store.hpp"

namespace wyvern::test {
namespace {

class OpenId : public OpenIdContract {
 protected:
  OpenIdProviderProcess provider{{{"port", 0},
                                  {"client_id", client_id},
                                  {"client_secret", client_secret},
                                  {"redirect_uri", callback},
                                  {"key", "first"},
                                  {"algorithm", "RS256"},
                                  {"id_token_claims", false},
                                  {"people",
                                   {{"1001", claims("ann@station.example", {"news"})},
                                    {"1002", claims("bob@station.example", {"engineering"})},
                                    {"1003", claims("admin", {})}}}}};

  static Json claims(const std::string& email, const Json& groups) {
    return {{"email", email}, {"email_verified", true}, {"preferred_username", email}, {"groups", groups}};
  }

  // The provider's page with the form, or, for who is logged in there, its way back.
  Page at_provider(Browser& browser, const std::string& query = "") const {
    return browser.open(api + "/auth/oidc/login" + query, callback);
  }
  // Logs in at the provider: the URL with the code that it sends the browser back to.
  std::string came_back(Browser& browser, const std::string& account, const std::string& query = "") const {
    auto page = at_provider(browser, query);
    if (page.location.empty()) page = browser.submit(page, {{"login", account}, {"password", "any"}}, callback);
    if (page.location.empty()) page = browser.submit(page, {}, callback);  // that Wyvern may know
    EXPECT_TRUE(page.location.starts_with(callback + "?")) << page.location << page.body;
    return page.location;
  }
  Page sign_in(Browser& browser, const std::string& account, const std::string& query = "") const {
    return browser.request(came_back(browser, account, query));
  }
  Json me(Browser& browser) const { return Json::parse(browser.request(api + "/auth/me").body); }
  static std::string field(const std::string& url, const std::string& name) {
    const auto at = url.find(name + "=") + name.size() + 1;
    return url.substr(at, url.find('&', at) - at);
  }
  static std::string value_of_cookie(const Page& page) {
    const auto& cookie = page.cookies.at(0);
    return cookie.substr(0, cookie.find(';'));
  }
  void restart_provider() {
    provider.stop();
    provider.start();
  }
};

TEST_F(OpenId, SignsAPersonInWithTheSessionThatAPasswordGivesToo) {
  deploy(provider.issuer());
  const auto ann = person("ann", "ann@station.example");
  Browser browser;
  const auto in = sign_in(browser, "1001", "?return_to=/channels%3Fnew%3D1");
  ASSERT_EQ(in.status, 303) << in.body;
  EXPECT_EQ(in.location, root + "/channels?new=1");
  ASSERT_EQ(in.cookies.size(), 2U);
  const auto session = in.cookies[0].substr(0, in.cookies[0].find(';'));
  EXPECT_EQ(session.substr(0, 15), "wyvern_session=");
  EXPECT_EQ(in.cookies[0].substr(session.size()), "; HttpOnly; SameSite=Strict; Path=/api; Max-Age=43200");
  EXPECT_EQ(in.cookies[1], "wyvern_login=; HttpOnly; SameSite=Lax; Path=/api/v1/auth/oidc/callback; Max-Age=0");
  EXPECT_EQ(in.body.find(session.substr(15)), std::string::npos) << "what a script could read";

  const auto known = me(browser);
  EXPECT_EQ(known["id"], ann);
  EXPECT_EQ(known["token"]["kind"], "session");
  EXPECT_TRUE(known["oidc_bound"]);
  const auto out = wyvern->call_with("", "POST", "/auth/logout", "", {"Cookie: " + session, "X-Requested-With: t"});
  EXPECT_EQ(out.status, 200) << out.text;
  EXPECT_EQ(browser.request(api + "/auth/me").status, 401);

  const auto row = last_in_audit("auth.oidc.login");
  EXPECT_EQ(row["outcome"], "done");
  EXPECT_EQ(row["status"], 303);
  EXPECT_EQ(row["person_id"], ann);
  EXPECT_EQ(row["subject"], ann);
}

TEST_F(OpenId, LeavesNobodyAPasswordOfTheirOwnMaking) {
  deploy(provider.issuer());
  const auto ann = person("ann", "ann@station.example");
  Browser browser;
  const auto session = sign_in(browser, "1001").cookies.at(0);
  const auto shown = "Cookie: " + session.substr(0, session.find(';'));
  const auto set = [&] {
    return wyvern->call_with("", "POST", "/auth/password", R"({"password":"correct horse battery"})",
                             {shown, "X-Requested-With: t"});
  };
  EXPECT_EQ(set().body["code"], "identity.oidc_bound");
  ASSERT_EQ(wyvern->call("PATCH", "/users/" + ann, {{"oidc_name", nullptr}}).status, 200);
  EXPECT_EQ(set().status, 200) << "once the provider has no say any more";
}

TEST_F(OpenId, IsOfferedByTheTitleOfTheConfiguration) {
  deploy(provider.issuer(), {{"title", "Station account"}});
  const auto methods = wyvern->call_with("", "GET", "/auth/methods", "");
  EXPECT_EQ(methods.body, (Json{{"password", true}, {"oidc", {{"title", "Station account"}}}}));
}

TEST_F(OpenId, TakesTokensSignedWithEs256AndClaimsThatStandInTheToken) {
  provider.settings["algorithm"] = "ES256";
  provider.settings["id_token_claims"] = true;
  restart_provider();
  deploy(provider.issuer());
  person("ann", "ann@station.example");
  Browser browser;
  EXPECT_EQ(sign_in(browser, "1001").status, 303);
  EXPECT_EQ(me(browser)["name"], "ann");
}

TEST_F(OpenId, KnowsAPersonByTheAccountOnceBoundWhateverItIsCalledLater) {
  deploy(provider.issuer());
  const auto ann = person("ann", "ann@station.example");
  Browser browser;
  ASSERT_EQ(sign_in(browser, "1001").status, 303);
  provider.settings["people"] = {{"1001", claims("ann.married@station.example", Json::array())},
                                 {"2001", claims("ann@station.example", Json::array())}};
  provider.settings["key"] = "second";
  restart_provider();
  Browser again;
  ASSERT_EQ(sign_in(again, "1001").status, 303);
  EXPECT_EQ(me(again)["id"], ann);

  Browser successor;
  EXPECT_TRUE(refused(sign_in(successor, "2001"), 403, "oidc.bound_otherwise")) << "an address that changed hands";
  const auto anew = wyvern->call("PATCH", "/users/" + ann, {{"oidc_name", "ann@station.example"}});
  ASSERT_EQ(anew.status, 200) << anew.text;
  EXPECT_FALSE(anew.body["oidc_bound"]);
  EXPECT_EQ(sign_in(successor, "2001").status, 303) << "as the administrator said";
  EXPECT_TRUE(refused(sign_in(again, "1001"), 403, "oidc.unknown_person"));
}

TEST_F(OpenId, RefusesWhomNobodyNamed) {
  deploy(provider.issuer());
  Browser browser;
  EXPECT_TRUE(refused(sign_in(browser, "1001"), 403, "oidc.unknown_person"));
  EXPECT_EQ(browser.request(api + "/auth/me").status, 401);
  const auto row = last_in_audit("auth.oidc.login");
  EXPECT_EQ(row["outcome"], "refused");
  EXPECT_EQ(row["code"], "oidc.unknown_person");
}

TEST_F(OpenId, RefusesAnAddressThatTheProviderHasNotVerified) {
  provider.settings["people"]["1001"]["email_verified"] = false;
  restart_provider();
  deploy(provider.issuer());
  person("ann", "ann@station.example");
  Browser browser;
  EXPECT_TRUE(refused(sign_in(browser, "1001"), 403, "oidc.unverified"));
}

TEST_F(OpenId, RefusesWhoMayNotSignInAnyMore) {
  deploy(provider.issuer());
  const auto ann = person("ann", "ann@station.example");
  ASSERT_EQ(wyvern->call("PATCH", "/users/" + ann, {{"active", false}}).status, 200);
  Browser browser;
  EXPECT_TRUE(refused(sign_in(browser, "1001"), 403, "identity.inactive"));
}

TEST_F(OpenId, MakesPeopleWhereConfiguredButNoneInThePlaceOfSomebodyElse) {
  deploy(provider.issuer(), {{"create_people", true}});
  Browser browser;
  ASSERT_EQ(sign_in(browser, "1001").status, 303);
  const auto made = me(browser);
  EXPECT_EQ(made["name"], "ann@station.example");
  EXPECT_FALSE(made["administrator"]);
  EXPECT_FALSE(made["has_password"]);
  EXPECT_EQ(made["projects"], Json::array());
  ASSERT_EQ(sign_in(browser, "1001").status, 303);
  EXPECT_EQ(me(browser)["id"], made["id"]) << "made once";
  Browser other;
  EXPECT_TRUE(refused(sign_in(other, "1003"), 403, "oidc.name_taken")) << "the first administrator's name";
}

TEST_F(OpenId, GivesAndTakesAdministratorsByTheirGroups) {
  deploy(provider.issuer(), {{"administrators", {"engineering", "directors"}}});
  person("ann", "ann@station.example", {{"administrator", true}});
  person("bob", "bob@station.example");
  Browser ann;
  ASSERT_EQ(sign_in(ann, "1001").status, 303);
  EXPECT_FALSE(me(ann)["administrator"]);
  Browser bob;
  ASSERT_EQ(sign_in(bob, "1002").status, 303);
  EXPECT_TRUE(me(bob)["administrator"]);
  EXPECT_EQ(bob.request(api + "/users").status, 200);
}

TEST_F(OpenId, LeavesTheLastAdministrator) {
  deploy(provider.issuer(), {{"administrators", {"engineering"}}});
  const std::string first = wyvern->call("GET", "/auth/me").body["id"];
  ASSERT_EQ(wyvern->call("PATCH", "/users/" + first, {{"oidc_name", "ann@station.example"}}).status, 200);
  Browser browser;
  ASSERT_EQ(sign_in(browser, "1001").status, 303);
  EXPECT_TRUE(me(browser)["administrator"]);
}

// A person with a password and a second factor, whom the provider knows too.
void give_second_factor(const Deployment& wyvern, const std::string& name) {
  constexpr const char* password = "correct horse battery";
  const auto in =
      wyvern.call_with("", "POST", "/auth/login", Json{{"name", name}, {"password", password}, {"as", "token"}}.dump());
  ASSERT_EQ(in.status, 200) << in.text;
  const std::string session = in.body["token"];
  const auto begun = wyvern.call_with(session, "POST", "/auth/totp", Json{{"password", password}}.dump());
  ASSERT_EQ(begun.status, 201) << begun.text;
  const auto now = store::Timestamp::now().us / 1'000'000;
  const auto code = identity::totp_code(begun.body["secret"].get<std::string>(), identity::totp_step(now));
  ASSERT_EQ(wyvern.call_with(session, "POST", "/auth/totp/confirm", Json{{"code", code}}.dump()).status, 200);
}

TEST_F(OpenId, RefusesWhoHasASecondFactorHere) {
  deploy(provider.issuer());
  person("ann", "ann@station.example", {{"password", "correct horse battery"}});
  give_second_factor(*wyvern, "ann");
  Browser browser;
  EXPECT_TRUE(refused(sign_in(browser, "1001"), 403, "oidc.second_factor"));
}

TEST_F(OpenId, LeavesSecondFactorsToTheProviderWhereConfigured) {
  deploy(provider.issuer(), {{"skip_second_factor", true}});
  person("ann", "ann@station.example", {{"password", "correct horse battery"}});
  give_second_factor(*wyvern, "ann");
  Browser browser;
  EXPECT_EQ(sign_in(browser, "1001").status, 303);
}

TEST_F(OpenId, TakesAStateOnce) {
  deploy(provider.issuer());
  person("ann", "ann@station.example");
  Browser browser;
  const auto begun = browser.request(api + "/auth/oidc/login");
  ASSERT_EQ(begun.status, 303) << begun.body;
  EXPECT_EQ(begun.cookies.at(0).substr(begun.cookies[0].find(';')),
            "; HttpOnly; SameSite=Lax; Path=/api/v1/auth/oidc/callback; Max-Age=600");
  auto page = browser.submit(browser.open(begun.location), {{"login", "1001"}, {"password", "any"}}, callback);
  if (page.location.empty()) page = browser.submit(page, {}, callback);
  ASSERT_EQ(browser.request(page.location).status, 303);
  EXPECT_TRUE(refused(browser.request(page.location), 400, "oidc.state")) << "the cookie is gone";
  const auto with_cookie =
      wyvern->call_with("", "GET", page.location.substr(api.size()), "", {"Cookie: " + value_of_cookie(begun)});
  EXPECT_EQ(with_cookie.status, 400);
  EXPECT_EQ(with_cookie.body["code"], "oidc.state_used");
}

TEST_F(OpenId, TakesNoStateOfAnotherBrowserNorAChangedOne) {
  deploy(provider.issuer());
  person("ann", "ann@station.example");
  Browser ann;
  const auto url = came_back(ann, "1001");
  Browser other;
  EXPECT_TRUE(refused(other.request(url), 400, "oidc.state")) << "without a login begun";
  (void)other.request(api + "/auth/oidc/login");
  EXPECT_TRUE(refused(other.request(url), 400, "oidc.state")) << "with one of its own";
  const auto state = field(url, "state");
  auto changed = url;
  changed.replace(url.find(state), 1, state[0] == 'A' ? "B" : "A");
  EXPECT_TRUE(refused(ann.request(changed), 400, "oidc.state"));
  EXPECT_EQ(ann.request(url).status, 303) << "nothing of that used it up";
}

TEST_F(OpenId, GoesOnWithALoginThatWasBegunBeforeARestart) {
  deploy(provider.issuer());
  person("ann", "ann@station.example");
  Browser browser;
  const auto url = came_back(browser, "1001");
  wyvern->stop();
  wyvern->start();
  EXPECT_EQ(browser.request(url).status, 303);
}

TEST_F(OpenId, HoldsUpWhoGuesses) {
  deploy(provider.issuer());
  Browser browser;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(refused(browser.request(callback + "?code=c&state=s"), 400, "oidc.state")) << i;
  }
  EXPECT_TRUE(refused(browser.request(callback + "?code=c&state=s"), 429, "identity.throttled"));
}

TEST_F(OpenId, TellsThatTheProviderRefused) {
  deploy(provider.issuer());
  Browser browser;
  const auto page = browser.open(at_provider(browser).url + "/abort", callback);
  ASSERT_TRUE(page.location.starts_with(callback)) << page.body;
  const auto told = browser.request(page.location);
  EXPECT_TRUE(refused(told, 403, "oidc.refused"));
  EXPECT_NE(told.body.find("access_denied"), std::string::npos);
}

TEST_F(OpenId, ReturnsToPathsOfThisInstallationOnly) {
  deploy(provider.issuer());
  Browser browser;
  for (const char* path : {"https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "evil.example",
                           "%2F%09%2Fevil.example", "javascript%3Aalert(1)", "%2F%C3%A4", "%2Fa%20b", ""}) {
    EXPECT_TRUE(refused(browser.request(api + "/auth/oidc/login?return_to=" + path), 400, "oidc.return_to")) << path;
  }
}

TEST_F(OpenId, GoesOnWhenTheProviderHasChangedItsKeys) {
  deploy(provider.issuer());
  person("ann", "ann@station.example");
  Browser browser;
  ASSERT_EQ(sign_in(browser, "1001").status, 303);
  provider.settings["key"] = "second";
  restart_provider();
  Browser again;
  EXPECT_EQ(sign_in(again, "1001").status, 303);
}

TEST_F(OpenId, RefusesWhatAnotherKeyOfTheSameNameHasSigned) {
  deploy(provider.issuer());
  person("ann", "ann@station.example");
  Browser browser;
  ASSERT_EQ(sign_in(browser, "1001").status, 303);
  restart_provider();  // its keys are made anew under the same names
  Browser again;
  EXPECT_TRUE(refused(sign_in(again, "1001"), 502, "oidc.id_token"));
}

TEST_F(OpenId, TellsThatTheProviderIsAwayAndPasswordsGoOn) {
  deploy(provider.issuer());
  person("ann", "ann@station.example", {{"password", "correct horse battery"}});
  Browser under_way;
  const auto url = came_back(under_way, "1001");
  provider.stop();
  EXPECT_TRUE(refused(under_way.request(url), 503, "oidc.provider_unreachable"));
  wyvern->stop();
  wyvern->start();  // forgets what the provider said of itself
  Browser browser;
  EXPECT_TRUE(refused(browser.request(api + "/auth/oidc/login"), 503, "oidc.provider_unreachable"));
  EXPECT_EQ(wyvern->call_with("", "POST", "/auth/login", R"({"name":"ann","password":"correct horse battery"})").status,
            200);
  provider.start();
  EXPECT_TRUE(await([&] { return browser.request(api + "/auth/oidc/login").status == 303; }));
  EXPECT_EQ(sign_in(browser, "1001").status, 303);
}

TEST_F(OpenId, TellsThatTheProviderDoesNotKnowThisInstallation) {
  deploy(provider.issuer(), {{"client_secret", "another than the provider's"}});
  person("ann", "ann@station.example");
  Browser browser;
  const auto told = sign_in(browser, "1001");
  EXPECT_TRUE(refused(told, 502, "oidc.provider_fault"));
  EXPECT_NE(told.body.find("invalid_client"), std::string::npos) << told.body;
}

TEST_F(OpenId, WritesNoCodeStateOrSecretIntoTheLogAndTheAudit) {
  deploy(provider.issuer());
  person("ann", "ann@station.example");
  Browser browser;
  const auto good = came_back(browser, "1001");
  const auto in = browser.request(good);
  ASSERT_EQ(in.status, 303);
  Browser other;
  const auto bad = came_back(other, "1002");
  EXPECT_TRUE(refused(other.request(bad), 403, "oidc.unknown_person"));
  provider.stop();
  Browser stranger;
  const auto left = stranger.request(api + "/auth/oidc/login");
  const auto failed = callback + "?code=a-code-to-look-for&state=" + field(left.location, "state");
  EXPECT_TRUE(refused(stranger.request(failed), 503, "oidc.provider_unreachable"));
  const auto audit = wyvern->call("GET", "/audit?limit=500").text;
  ASSERT_TRUE(wyvern->logged("oidc.provider_unreachable"));
  const auto log = wyvern->log();
  for (const auto& secret :
       {field(good, "code"), field(good, "state"), field(bad, "code"), field(left.location, "nonce"),
        std::string("a-code-to-look-for"), std::string(client_secret), value_of_cookie(in), value_of_cookie(left)}) {
    ASSERT_GT(secret.size(), 10U);
    EXPECT_EQ(audit.find(secret), std::string::npos) << secret;
    EXPECT_EQ(log.find(secret), std::string::npos) << secret;
  }
}

TEST_F(OpenId, IsNotThereWithoutAProviderInTheConfiguration) {
  const Deployment without;
  const auto methods = without.call_with("", "GET", "/auth/methods", "");
  EXPECT_EQ(methods.body, (Json{{"password", true}, {"oidc", nullptr}}));
  for (const char* path : {"/auth/oidc/login", "/auth/oidc/callback?state=s"}) {
    const auto answer = without.call_with("", "GET", path, "");
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.body["code"], "oidc.not_configured") << path;
  }
}

}  // namespace
}  // namespace wyvern::test
