// Pages of other origins: nobody's, unless configured.
#include "server_test.hpp"

namespace wyvern::test {
namespace {

using ::testing::HasSubstr;

class CrossOriginTest : public ServerTest {
 protected:
  CrossOriginTest() {
    host.add_echo("things.list", "/things");
    host.add_echo("things.add", "/things", "POST");
  }
  Response preflight(const std::string& origin) const {
    return ask("OPTIONS /things HTTP/1.1\r\nHost: t\r\nOrigin: " + origin +
               "\r\nAccess-Control-Request-Method: POST\r\n\r\n");
  }
  Response from(const std::string& origin, const std::string& path = "/things") const {
    return ask("GET " + path + " HTTP/1.1\r\nHost: t\r\nOrigin: " + origin + "\r\n\r\n");
  }
};

TEST_F(CrossOriginTest, IsOffUnlessConfigured) {
  serve();
  for (const auto& response : {preflight("https://ui.example"), from("https://ui.example")})
    for (const auto& [name, value] : response.headers) EXPECT_FALSE(name.starts_with("access-control")) << name;
}

TEST_F(CrossOriginTest, AListedOriginMayAskAndRead) {
  settings.cors_origins = {"https://ui.example", "http://localhost:5173"};
  settings.cors_credentials = true;
  serve();
  const auto asked = preflight("http://localhost:5173");
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.header("access-control-allow-origin"), "http://localhost:5173");
  EXPECT_EQ(asked.header("access-control-allow-credentials"), "true");
  EXPECT_THAT(asked.header("access-control-allow-methods"), HasSubstr("POST"));
  EXPECT_THAT(asked.header("access-control-allow-headers"), HasSubstr("Authorization"));
  EXPECT_THAT(asked.header("access-control-allow-headers"), HasSubstr("If-Match"));
  const auto read = from("https://ui.example");
  EXPECT_EQ(read.header("access-control-allow-origin"), "https://ui.example");
  EXPECT_EQ(read.header("vary"), "Accept-Encoding, Origin");
  EXPECT_THAT(read.header("access-control-expose-headers"), HasSubstr("ETag"));
}

TEST_F(CrossOriginTest, AnErrorCanBeReadToo) {
  settings.cors_origins = {"https://ui.example"};
  serve();
  const auto missing = from("https://ui.example", "/nothing");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.header("access-control-allow-origin"), "https://ui.example");
}

TEST_F(CrossOriginTest, AnotherOriginGetsNothing) {
  settings.cors_origins = {"https://ui.example"};
  settings.compress = false;
  serve();
  for (const auto* origin : {"https://ui.example.evil", "http://ui.example", "null", "https://UI.example"}) {
    for (const auto& response : {preflight(origin), from(origin)}) {
      EXPECT_EQ(response.header("access-control-allow-origin"), "") << origin;
      EXPECT_EQ(response.header("vary"), "Origin");
    }
  }
}

TEST_F(CrossOriginTest, TheHeadersOfOneAnswerAreNotThoseOfTheNext) {
  settings.cors_origins = {"https://ui.example"};
  serve();
  RawClient client(port);
  EXPECT_EQ(client.get("/things", "Origin: https://ui.example\r\n").header("access-control-allow-origin"),
            "https://ui.example");
  EXPECT_EQ(client.get("/things").header("access-control-allow-origin"), "");
}

TEST_F(CrossOriginTest, EveryOriginWithTheirSessionsIsRefused) {
  settings.cors_origins = {"*"};
  settings.cors_credentials = true;
  http::Server refused(host.host(), "api", settings);
  EXPECT_THROW(refused.open(), Failure);
  settings.cors_origins = {"https://ui.example/path"};
  settings.cors_credentials = false;
  http::Server no_origin(host.host(), "api", settings);
  EXPECT_THROW(no_origin.open(), Failure);
}

TEST_F(CrossOriginTest, EveryOriginWithoutSessionsIsNamedBack) {
  settings.cors_origins = {"*"};
  serve();
  const auto response = from("https://anybody.example");
  EXPECT_EQ(response.header("access-control-allow-origin"), "https://anybody.example");
  EXPECT_EQ(response.header("access-control-allow-credentials"), "");
}

}  // namespace
}  // namespace wyvern::test
