// /auth, /users and /tokens over HTTP.
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "identity/one_time_code.hpp"
#include "people.hpp"
#include "store/store.hpp"

namespace wyvern::test {
namespace {

using People = PeopleContract;

std::string code_of(const std::string& secret, int step = 0) {
  const auto now = store::Timestamp::now().us / 1'000'000;
  return identity::totp_code(secret, identity::totp_step(now) + step);
}

TEST_F(People, SignInByCookieAndOutAgain) {
  const auto ann = person("ann");
  const auto in = raw("POST", "/auth/login", {{"name", "ann"}, {"password", usual_password}});
  ASSERT_EQ(in.status, 200) << in.body;
  EXPECT_FALSE(in.body.contains("token")) << "what a script could read";
  EXPECT_EQ(in.body["person"]["id"], ann);
  const auto cookie = in.cookie.substr(0, in.cookie.find(';'));
  EXPECT_EQ(cookie.substr(0, 15), "wyvern_session=");
  EXPECT_EQ(in.cookie.substr(cookie.size()), "; HttpOnly; SameSite=Strict; Path=/api; Max-Age=43200");

  const auto shown = "Cookie: " + cookie + "\r\n";
  EXPECT_EQ(raw("GET", "/auth/me", nullptr, shown).body["name"], "ann");
  EXPECT_EQ(raw("POST", "/auth/logout", nullptr, shown).status, 403) << "without X-Requested-With";
  const auto out = raw("POST", "/auth/logout", nullptr, shown + "X-Requested-With: t\r\n");
  EXPECT_EQ(out.status, 200) << out.body;
  EXPECT_NE(out.cookie.find("wyvern_session=; "), std::string::npos);
  EXPECT_NE(out.cookie.find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(raw("GET", "/auth/me", nullptr, shown).status, 401);
  EXPECT_EQ(raw("POST", "/auth/login", {{"name", "ann"}, {"password", usual_password}}, shown).status, 200)
      << "a browser shows its old cookie when it signs in again";
}

// A login by curl, which makes little of a certificate of our own; the line of its cookie.
std::string cookie_from(const std::string& url, const std::string& password) {
  const std::string command =
      "curl -sk -o /dev/null -D - -H 'Content-Type: application/json' -d '{\"name\": \"ann\", "
      "\"password\": \"" +
      password + "\"}' '" + url + "/auth/login'";
  std::unique_ptr<FILE, int (*)(FILE*)> out(::popen(command.c_str(), "r"), &::pclose);
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), line.size(), out.get()) != nullptr) {
    if (std::string_view(line.data()).starts_with("Set-Cookie:")) return line.data();
  }
  return "no cookie";
}

TEST_F(People, GetACookieForTlsOnlyWhereTlsCarriedTheLogin) {
  person("ann");
  const auto certificate = (wyvern.folder() / "certificate.pem").string();
  const auto key = (wyvern.folder() / "key.pem").string();
  ASSERT_EQ(std::system(("openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout '" + key +
                         "' -out '" + certificate + "' 2> /dev/null")
                            .c_str()),
            0);
  Json config = Json::parse(read_file(wyvern.folder() / "wyvern.yaml"));
  const int port = free_port();
  config["surfaces"]["sealed"] = {{"plugin", "rest"},
                                  {"listen", "127.0.0.1:" + std::to_string(port)},
                                  {"tls", {{"certificate", certificate}, {"key", key}}}};
  wyvern.stop();
  wyvern.configure(config.dump());
  wyvern.start();
  const std::string sealed = "https://127.0.0.1:" + std::to_string(port) + "/api/v1";
  EXPECT_THAT(cookie_from(sealed, usual_password), testing::HasSubstr("; Secure"));
  EXPECT_THAT(cookie_from(wyvern.url(), usual_password),
              testing::AllOf(testing::HasSubstr("wyvern_session="), testing::Not(testing::HasSubstr("Secure"))));
  config["identity"]["secure_cookies"] = "always";  // a proxy in front ends TLS
  wyvern.stop();
  wyvern.configure(config.dump());
  wyvern.start();
  EXPECT_THAT(cookie_from(wyvern.url(), usual_password), testing::HasSubstr("; Secure"));
}

TEST_F(People, GetTheSameAnswerForAWrongNameAWrongPasswordAndNoPassword) {
  person("ann");
  const auto nobody = wyvern.call("POST", "/users", {{"name", "machine"}});
  ASSERT_EQ(nobody.status, 201) << nobody.text;
  const auto gone = person("gone");
  ASSERT_EQ(wyvern.call("PATCH", "/users/" + gone, {{"active", false}}).status, 200);
  for (const char* name : {"ann", "nobody at all", "machine"}) {
    EXPECT_TRUE(refused(login({{"name", name}, {"password", "wrong password"}}), 401, "identity.wrong_login")) << name;
  }
  EXPECT_TRUE(refused(login({{"name", "gone"}, {"password", usual_password}}), 401, "identity.wrong_login"));
}

TEST_F(People, AreHeldUpWhenTheyGuess) {
  person("ann");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(login({{"name", "ann"}, {"password", "wrong password"}}).status, 401);
  }
  const auto held = login({{"name", "ann"}, {"password", usual_password}});
  EXPECT_TRUE(refused(held, 429, "identity.throttled"));
  EXPECT_GT(held.body["detail"]["retry_after_s"], 0);
  EXPECT_EQ(held.headers.at("retry-after"), held.body["detail"]["retry_after_s"].dump());
}

TEST_F(People, Case24_GuessSecondFactorsUnderTheSameThrottle) {
  person("ann");
  const auto session = sign_in("ann");
  const auto begun = as(session, "POST", "/auth/totp", {{"password", usual_password}});
  ASSERT_EQ(begun.status, 201) << begun.text;
  const std::string secret = begun.body["secret"];
  ASSERT_EQ(as(session, "POST", "/auth/totp/confirm", {{"code", code_of(secret)}}).status, 200);
  const Json right = {{"name", "ann"}, {"password", usual_password}};
  const auto with = [&](const std::string& code) {
    Json body = right;
    body["code"] = code;
    return login(body);
  };
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(refused(login(right), 401, "identity.code_required")) << "resets nothing and counts nothing";
    EXPECT_TRUE(refused(with("000000x"), 401, "identity.wrong_code"));
  }
  EXPECT_TRUE(refused(with(code_of(secret, 1)), 429, "identity.throttled"));
}

TEST_F(People, SignInWithASecondFactorThatWorksOnce) {
  const auto ann = person("ann");
  const auto session = sign_in("ann");
  EXPECT_TRUE(
      refused(as(session, "POST", "/auth/totp", {{"password", "wrong password"}}), 403, "identity.wrong_password"));
  const auto begun = as(session, "POST", "/auth/totp", {{"password", usual_password}});
  ASSERT_EQ(begun.status, 201) << begun.text;
  const std::string secret = begun.body["secret"];
  EXPECT_EQ(login({{"name", "ann"}, {"password", usual_password}}).status, 200) << "not confirmed yet";
  const auto confirmed = as(session, "POST", "/auth/totp/confirm", {{"code", code_of(secret, -1)}});
  ASSERT_EQ(confirmed.status, 200) << confirmed.text;
  ASSERT_EQ(confirmed.body["recovery_codes"].size(), 10U);
  EXPECT_TRUE(as(session, "GET", "/auth/me").body["totp"]);

  const auto with = [&](const std::string& code) {
    return login({{"name", "ann"}, {"password", usual_password}, {"code", code}});
  };
  EXPECT_TRUE(refused(login({{"name", "ann"}, {"password", usual_password}}), 401, "identity.code_required"));
  const auto code = code_of(secret, 1);
  EXPECT_EQ(with(code).status, 200);
  EXPECT_TRUE(refused(with(code), 401, "identity.wrong_code")) << "it was used";
  const std::string recovery = confirmed.body["recovery_codes"][3];
  EXPECT_EQ(with(recovery).status, 200);
  EXPECT_TRUE(refused(with(recovery), 401, "identity.wrong_code")) << "it was used";

  ASSERT_EQ(wyvern.call("PATCH", "/users/" + ann, {{"totp", false}}).status, 200);
  EXPECT_EQ(login({{"name", "ann"}, {"password", usual_password}}).status, 200);
}

TEST_F(People, ChangeTheirPasswordAndTheirOtherSessionsEnd) {
  person("ann");
  const auto one = sign_in("ann");
  const auto other = sign_in("ann");
  EXPECT_TRUE(
      refused(as(one, "POST", "/auth/password", {{"password", "another password"}}), 403, "identity.wrong_password"));
  EXPECT_TRUE(refused(as(one, "POST", "/auth/password", {{"current_password", usual_password}, {"password", "short"}}),
                      400, "identity.password_length"));
  const auto changed =
      as(one, "POST", "/auth/password", {{"current_password", usual_password}, {"password", "another password"}});
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(as(one, "GET", "/auth/me").status, 200);
  EXPECT_EQ(as(other, "GET", "/auth/me").status, 401);
  EXPECT_EQ(login({{"name", "ann"}, {"password", usual_password}}).status, 401);
  EXPECT_EQ(sign_in("ann", "another password").empty(), false);
}

TEST_F(People, WhoAreDeactivatedHaveNothingLeft) {
  const auto ann = person("ann");
  const auto session = sign_in("ann");
  const auto key = token(ann);
  ASSERT_EQ(wyvern.call("PATCH", "/users/" + ann, {{"active", false}}).status, 200);
  EXPECT_EQ(as(session, "GET", "/auth/me").status, 401);
  EXPECT_EQ(as(key, "GET", "/auth/me").status, 401);
  ASSERT_EQ(wyvern.call("PATCH", "/users/" + ann, {{"active", true}}).status, 200);
  EXPECT_EQ(as(session, "GET", "/auth/me").status, 401) << "a session that ended does not come back";
  EXPECT_EQ(as(key, "GET", "/auth/me").status, 200);
}

TEST_F(People, TheLastAdministratorStays) {
  const std::string root = wyvern.call("GET", "/auth/me").body["id"];
  const auto path = "/users/" + root;
  EXPECT_TRUE(refused(wyvern.call("DELETE", path), 409, "identity.last_administrator"));
  EXPECT_TRUE(refused(wyvern.call("PATCH", path, {{"administrator", false}}), 409, "identity.last_administrator"));
  EXPECT_TRUE(refused(wyvern.call("PATCH", path, {{"active", false}}), 409, "identity.last_administrator"));
  const auto second = person("second", {{"administrator", true}});
  ASSERT_EQ(wyvern.call("PATCH", "/users/" + second, {{"active", false}}).status, 200);
  EXPECT_TRUE(refused(wyvern.call("DELETE", path), 409, "identity.last_administrator")) << "the other may not act";
  ASSERT_EQ(wyvern.call("PATCH", "/users/" + second, {{"active", true}}).status, 200);
  EXPECT_EQ(wyvern.call("PATCH", path, {{"administrator", false}}).status, 200);
  EXPECT_EQ(wyvern.call("GET", "/users").status, 403) << "at once";
}

TEST_F(People, AreAddedListedRenamedAndRemoved) {
  const auto ann = person("ann");
  EXPECT_TRUE(refused(wyvern.call("POST", "/users", {{"name", "ann"}}), 409, "identity.name_taken"));
  EXPECT_TRUE(refused(wyvern.call("POST", "/users", {{"name", " ann"}}), 400, "field.invalid"));
  EXPECT_TRUE(refused(wyvern.call("POST", "/users", Json::object()), 400, "field.required"));
  EXPECT_TRUE(refused(wyvern.call("PATCH", "/users/" + ann, {{"name", "admin"}}), 409, "identity.name_taken"));
  EXPECT_EQ(wyvern.call("PATCH", "/users/" + ann, {{"name", "anna"}}).body["name"], "anna");
  const auto all = wyvern.call("GET", "/users").body;
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1]["name"], "anna");
  EXPECT_FALSE(all[1].contains("password"));
  EXPECT_EQ(wyvern.call("DELETE", "/users/" + ann).status, 200);
  EXPECT_TRUE(refused(wyvern.call("GET", "/users/" + ann), 404, "identity.person_not_found"));
}

TEST_F(People, MakeTokensThatAreShownOnceAndEnd) {
  const auto ann = person("ann");
  const auto session = sign_in("ann");
  const auto made = as(session, "POST", "/tokens", {{"name", "script"}, {"expires_in_s", 3600}});
  ASSERT_EQ(made.status, 201) << made.text;
  const std::string key = made.body["token"];
  EXPECT_EQ(as(key, "GET", "/auth/me").body["token"]["name"], "script");
  const auto listed = as(session, "GET", "/tokens");
  EXPECT_EQ(listed.body.size(), 2U) << "the session and the token";
  EXPECT_EQ(listed.text.find(key), std::string::npos);
  EXPECT_TRUE(refused(as(key, "POST", "/tokens", {{"name", "for ever"}}), 403, "identity.narrowed"));
  EXPECT_EQ(as(key, "POST", "/tokens", {{"name", "shorter"}, {"expires_in_s", 60}}).status, 201);
  EXPECT_EQ(as(session, "DELETE", "/tokens/" + made.body["id"].get<std::string>()).status, 200);
  EXPECT_EQ(as(key, "GET", "/auth/me").status, 401);

  const auto bobs = token(person("bob"));
  EXPECT_TRUE(refused(as(bobs, "GET", "/tokens?person_id=" + ann), 403, "access.administrator"));
  EXPECT_TRUE(refused(as(bobs, "POST", "/tokens", {{"name", "x"}, {"person_id", ann}}), 403, "access.administrator"));
  const std::string anns = listed.body[0]["id"];
  EXPECT_TRUE(refused(as(bobs, "DELETE", "/tokens/" + anns), 404, "identity.token_not_found"));
}

TEST_F(People, WithAReadOnlyTokenChangeNothing) {
  const auto reading = token(person("root", {{"administrator", true}}), {{"read_only", true}});
  EXPECT_EQ(as(reading, "GET", "/users").status, 200);
  EXPECT_TRUE(refused(as(reading, "POST", "/users", {{"name", "x"}}), 403, "access.read_only"));
  EXPECT_TRUE(refused(as(reading, "POST", "/tokens", {{"name", "x"}}), 403, "access.read_only"));
  EXPECT_TRUE(
      refused(as(reading, "POST", "/auth/password", {{"password", "another password"}}), 403, "access.read_only"));
}

TEST_F(People, WithATokenOfAProjectReachThatProjectOnly) {
  const auto one = project("one");
  const auto other = project("other");
  const auto narrow = token(person("root", {{"administrator", true}}), {{"project_id", one}});
  EXPECT_EQ(as(narrow, "GET", "/projects").body.size(), 1U);
  EXPECT_EQ(as(narrow, "GET", "/projects/" + one).status, 200);
  EXPECT_EQ(as(narrow, "GET", "/projects/" + other).status, 403);
  EXPECT_EQ(as(narrow, "GET", "/users").status, 403);
  EXPECT_TRUE(refused(as(narrow, "POST", "/tokens", {{"name", "x"}}), 403, "identity.narrowed"));
  EXPECT_TRUE(refused(
      as(narrow, "POST", "/auth/password", {{"current_password", usual_password}, {"password", "another password"}}),
      403, "identity.narrowed"));
}

}  // namespace
}  // namespace wyvern::test
