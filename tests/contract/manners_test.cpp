// Authentication, methods, limits, errors and health: what holds for every call.
#include "contract.hpp"

namespace wyvern::test {
namespace {

using Manners = Contract;

TEST_F(Manners, ACallWithoutOrWithAWrongTokenIs401) {
  EXPECT_TRUE(answered(wyvern.call_with("", "GET", "/playout/channels", ""), 401));
  EXPECT_TRUE(answered(wyvern.call_with("wrong", "GET", "/playout/channels", ""), 401));
  EXPECT_TRUE(answered(wyvern.call_with("", "POST", "/playout/channels", "{\"name\":\"x\"}"), 401));
}

TEST_F(Manners, TheVersionIsTold) {
  const auto version = get("/version");
  ASSERT_TRUE(answered(version, 200));
  EXPECT_TRUE(version.body["version"].is_string()) << version.text;
}

TEST_F(Manners, MalformedJsonIs400) {
  EXPECT_TRUE(
      refused(wyvern.call_with(wyvern.token(), "POST", "/playout/channels", "{\"name\":"), 400, "body.malformed"));
  EXPECT_TRUE(refused(wyvern.call_with(wyvern.token(), "POST", "/playout/channels", "[1]"), 400, "body.not_an_object"));
}

TEST_F(Manners, ABodyOverTheLimitIs413) {
  const std::string body = "{\"name\":\"" + std::string(200'000, 'x') + "\"}";
  EXPECT_TRUE(answered(wyvern.call_with(wyvern.token(), "POST", "/playout/channels", body), 413));
}

TEST_F(Manners, AnUnknownPathIs404) { EXPECT_TRUE(refused(get("/playout/nothing"), 404, "http.not_found")); }

TEST_F(Manners, HealthReadinessAndMetricsAreOpen) {
  EXPECT_TRUE(answered(wyvern.call_with("", "GET", "/healthz", ""), 200));
  EXPECT_TRUE(answered(wyvern.call_with("", "GET", "/readyz", ""), 200));
  EXPECT_TRUE(answered(wyvern.call_with("", "GET", "/metrics", ""), 200));
}

TEST_F(Manners, EveryOperationStandsInTheOpenApiDocument) {
  const auto document = get("/openapi.json");
  ASSERT_TRUE(answered(document, 200));
  EXPECT_EQ(document.body["openapi"].get<std::string>().substr(0, 3), "3.1");
  for (const auto* path : {"/playout/channels", "/playout/channels/{id}/start", "/playout/playlists",
                           "/playout/items/{id}", "/assets", "/jobs", "/events"}) {
    EXPECT_TRUE(document.body["paths"].contains(path)) << path;
  }
}

TEST_F(Manners, AfterARestartEverythingIsStillThere) {
  const auto id = wyvern.channel({{"name", "Kept"}});
  wyvern.stop();
  wyvern.start();
  EXPECT_EQ(get("/playout/channels/" + id).body["name"], "Kept");
  wyvern.kill();
  wyvern.start();
  EXPECT_EQ(get("/playout/channels/" + id).body["name"], "Kept");
}

}  // namespace
}  // namespace wyvern::test
