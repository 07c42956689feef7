// Signing in by a provider that lies: for what no real one can be made to do.
#include "lying_provider.hpp"
#include "openid.hpp"
#include "signing_key.hpp"
#include "store/store.hpp"

namespace wyvern::test {
namespace {

class LyingOpenId : public OpenIdContract {
 protected:
  LyingOpenId() { provider.say("/keys", Json{{"keys", {key.public_half()}}}); }

  void SetUp() override {
    deploy(provider.issuer());
    person("ann", "ann@station.example");
  }

  // A browser on its way, and what the provider was told of it.
  struct UnderWay {
    std::string state;
    std::string nonce;
    std::unique_ptr<Browser> browser = std::make_unique<Browser>();
  };
  UnderWay begin() const {
    UnderWay way;
    const auto sent = way.browser->request(api + "/auth/oidc/login");
    EXPECT_EQ(sent.status, 303) << sent.body;
    const auto field = [&](const std::string& name) {
      const auto at = sent.location.find("&" + name + "=") + name.size() + 2;
      return sent.location.substr(at, sent.location.find('&', at) - at);
    };
    way.state = field("state");
    way.nonce = field("nonce");
    return way;
  }
  // What a provider that does not lie says of ann.
  Json claims(const UnderWay& way) const {
    const auto now = store::Timestamp::now().us / 1'000'000;
    return {{"iss", provider.issuer()},
            {"sub", "1001"},
            {"aud", client_id},
            {"exp", now + 300},
            {"iat", now},
            {"nonce", way.nonce},
            {"email", "ann@station.example"},
            {"email_verified", true}};
  }
  Page come_back(const UnderWay& way, const std::string& token, const std::string& more = "") {
    provider.say("/token", Json{{"id_token", token}, {"access_token", "access"}, {"token_type", "Bearer"}});
    return way.browser->request(callback + "?code=c&state=" + way.state + more);
  }
  // With the claims of a provider that does not lie, but for these.
  Page come_back_with(const Json& lies) {
    const auto way = begin();
    auto said = claims(way);
    said.merge_patch(lies);
    return come_back(way, key.sign(said));
  }

  static constexpr const char* description = "/.well-known/openid-configuration";
  LyingProvider provider;
  SigningKey key{"one"};
};

TEST_F(LyingOpenId, SignsInWhenItDoesNotLie) {
  EXPECT_EQ(come_back_with(Json::object()).status, 303);
  EXPECT_EQ(come_back_with({{"aud", {client_id, "another"}}, {"azp", client_id}}).status, 303);
  const auto way = begin();
  EXPECT_EQ(come_back(way, key.sign(claims(way)), "&iss=" + provider.issuer() + "&session_state=x&hd=y").status, 303)
      << "fields that providers add";
}

TEST_F(LyingOpenId, IsRefusedWithTheNonceOfAnotherLogin) {
  const auto other = begin();
  EXPECT_TRUE(refused(come_back_with({{"nonce", other.nonce}}), 401, "oidc.nonce"));
  EXPECT_TRUE(refused(come_back_with({{"nonce", nullptr}}), 401, "oidc.nonce"));
}

TEST_F(LyingOpenId, IsRefusedWithClaimsThatAreNotForThisInstallationAndThisMoment) {
  const auto now = store::Timestamp::now().us / 1'000'000;
  for (const auto& lie : std::initializer_list<Json>{
           {{"iss", "https://another.example"}},
           {{"aud", "another"}},
           {{"aud", {"another", "third"}}},
           {{"aud", nullptr}},
           {{"aud", {client_id, "another"}}},
           {{"azp", "another"}},
           {{"exp", now - 120}},
           {{"exp", nullptr}},
           {{"exp", "tomorrow"}},
           {{"iat", now + 600}},
           {{"iat", nullptr}},
           {{"sub", nullptr}},
           {{"sub", ""}},
           {{"sub", std::string(300, 's')}},
       }) {
    EXPECT_TRUE(refused(come_back_with(lie), 502, "oidc.id_token")) << lie;
  }
}

TEST_F(LyingOpenId, IsRefusedWithATokenThatItsKeyHasNotSigned) {
  const SigningKey another("one");
  const SigningKey elliptic("one", SigningKey::Kind::ec);
  auto way = begin();
  EXPECT_TRUE(refused(come_back(way, another.sign(claims(way))), 502, "oidc.id_token")) << "another key of that name";
  way = begin();
  EXPECT_TRUE(refused(come_back(way, elliptic.sign(claims(way))), 502, "oidc.id_token")) << "another kind of key";
  way = begin();
  EXPECT_TRUE(refused(come_back(way, unsigned_token(claims(way))), 502, "oidc.id_token")) << "alg none";
  way = begin();
  EXPECT_TRUE(refused(come_back(way, token_by_public_key(claims(way), key)), 502, "oidc.id_token")) << "HS256";
  way = begin();
  EXPECT_TRUE(refused(come_back(way, key.sign(claims(way), {{"alg", "PS256"}})), 502, "oidc.id_token")) << "PS256";
  way = begin();
  const Json critical = {{"crit", {"exp"}}};
  EXPECT_TRUE(refused(come_back(way, key.sign(claims(way), critical)), 502, "oidc.id_token")) << "an extension";
  way = begin();
  auto token = key.sign(claims(way));
  token[token.find('.') + 5] = token[token.find('.') + 5] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(refused(come_back(way, token), 502, "oidc.id_token")) << "changed after it was signed";
  way = begin();
  EXPECT_TRUE(refused(come_back(way, "no token"), 502, "oidc.id_token"));
}

TEST_F(LyingOpenId, IsAskedForItsKeysAgainOnceWhenOneIsUnknown) {
  ASSERT_EQ(come_back_with(Json::object()).status, 303);
  ASSERT_EQ(provider.asked("/keys"), 1);
  const SigningKey unknown("unknown");
  for (int i = 0; i < 3; ++i) {
    const auto way = begin();
    EXPECT_TRUE(refused(come_back(way, unknown.sign(claims(way))), 502, "oidc.id_token"));
  }
  EXPECT_EQ(provider.asked("/keys"), 2);
  EXPECT_EQ(provider.asked(description), 1);
}

TEST_F(LyingOpenId, IsRefusedWhenAnotherProviderAnswers) {
  const auto way = begin();
  EXPECT_TRUE(refused(come_back(way, key.sign(claims(way)), "&iss=https://another.example"), 400, "oidc.issuer"));
}

TEST_F(LyingOpenId, IsRefusedWhenItsUserinfoIsAboutAnotherPerson) {
  auto said = provider.description();
  said["userinfo_endpoint"] = provider.issuer() + "/userinfo";
  provider.say(description, said);
  provider.say("/userinfo", Json{{"sub", "another"}, {"email", "ann@station.example"}, {"email_verified", true}});
  EXPECT_TRUE(refused(come_back_with({{"email", nullptr}}), 502, "oidc.provider_fault"));
  provider.say("/userinfo", Json{{"sub", "1001"}, {"email", "ann@station.example"}, {"email_verified", true}});
  EXPECT_EQ(come_back_with({{"email", nullptr}}).status, 303);
}

TEST_F(LyingOpenId, IsAskedForItsTokensAsItSaysThatItWantsTheSecret) {
  auto said = provider.description();
  said["token_endpoint_auth_methods_supported"] = {"client_secret_post"};
  provider.say(description, said);
  EXPECT_EQ(come_back_with(Json::object()).status, 303);
  EXPECT_NE(provider.last_request("/token").find("client_secret="), std::string::npos);
  EXPECT_EQ(provider.last_request("/token").find("Authorization:"), std::string::npos);
}

TEST_F(LyingOpenId, IsNotBelievedWhenItCallsItselfAnother) {
  auto said = provider.description();
  said["issuer"] = provider.issuer() + "/";
  provider.say(description, said);
  Browser browser;
  EXPECT_TRUE(refused(browser.request(api + "/auth/oidc/login"), 502, "oidc.provider_fault"));
}

TEST_F(LyingOpenId, IsNotFollowedElsewhere) {
  provider.say(description, LyingProvider::Answer{302, "", provider.issuer() + "/elsewhere"});
  Browser browser;
  EXPECT_TRUE(refused(browser.request(api + "/auth/oidc/login"), 502, "oidc.provider_fault"));
  EXPECT_EQ(provider.asked("/elsewhere"), 0);
}

TEST_F(LyingOpenId, IsNotAskedOverAnOpenLine) {
  for (const char* open : {"http://127.0.0.1.evil.example/authorize", "http://provider.example/authorize",
                           "ftp://127.0.0.1/authorize", "file:///etc/passwd", "javascript:alert(1)", ""}) {
    auto said = provider.description();
    said["authorization_endpoint"] = open;
    provider.say(description, said);
    Browser browser;
    EXPECT_TRUE(refused(browser.request(api + "/auth/oidc/login"), 502, "oidc.provider_fault")) << open;
  }
  provider.say(description, provider.description());
  EXPECT_FALSE(begin().state.empty()) << "once mended";
}

TEST_F(LyingOpenId, IsNotReadWithoutEnd) {
  provider.say(description, LyingProvider::Answer{200, std::string(std::size_t{2} << 20U, ' ')});
  Browser browser;
  EXPECT_TRUE(refused(browser.request(api + "/auth/oidc/login"), 503, "oidc.provider_unreachable"));
}

TEST_F(LyingOpenId, IsLeftAloneForAMomentAfterAFault) {
  provider.say(description, LyingProvider::Answer{500, ""});
  Browser browser;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(refused(browser.request(api + "/auth/oidc/login"), 503, "oidc.provider_unreachable"));
  }
  EXPECT_LE(provider.asked(description), 2);
}

}  // namespace
}  // namespace wyvern::test
