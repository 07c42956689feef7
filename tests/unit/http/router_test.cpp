#include "http/router.hpp"

#include <gtest/gtest.h>

#include "target.hpp"

namespace wyvern::http {
namespace {

Operation operation(const char* name, const char* method, const char* path) {
  Operation made;
  made.name = name;
  made.method = method;
  made.path = path;
  return made;
}

// The name of what answers, or the methods that would, in brackets; empty for no such path.
std::string found(const Router& router, std::string_view method, std::string_view path) {
  Target target;
  if (target.parse(path)) return "refused";
  const auto match = router.match(method, target.segments());
  if (match.endpoint != nullptr)
    return match.endpoint->operation != nullptr ? match.endpoint->operation->name : match.endpoint->document->path;
  return match.allow.empty() ? "" : "[" + std::string(match.allow) + "]";
}

TEST(Router, FindsAnOperationByMethodAndPath) {
  const Router router({operation("a", "GET", "/things"), operation("b", "POST", "/things")}, {}, "/api/v1");
  EXPECT_EQ(found(router, "GET", "/api/v1/things"), "a");
  EXPECT_EQ(found(router, "POST", "/api/v1/things"), "b");
}

TEST(Router, GivesTheParametersInTheirOrder) {
  const Router router({operation("a", "GET", "/x/{first}/y/{second}")}, {}, "");
  Target target;
  ASSERT_FALSE(target.parse("/x/1/y/2"));
  const auto match = router.match("GET", target.segments());
  ASSERT_NE(match.endpoint, nullptr);
  EXPECT_EQ(match.endpoint->parameters, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(match.values[0], "1");
  EXPECT_EQ(match.values[1], "2");
}

TEST(Router, PrefersAStaticSegmentToAParameter) {
  const Router router({operation("one", "GET", "/nodes/{id}"), operation("tokens", "GET", "/nodes/join-tokens")}, {},
                      "");
  EXPECT_EQ(found(router, "GET", "/nodes/join-tokens"), "tokens");
  EXPECT_EQ(found(router, "GET", "/nodes/7"), "one");
}

TEST(Router, ComesBackToTheParameterWhenTheStaticWayEndsNowhere) {
  const Router router({operation("deep", "GET", "/a/{id}/c"), operation("static", "GET", "/a/b/d")}, {}, "");
  EXPECT_EQ(found(router, "GET", "/a/b/c"), "deep");
}

TEST(Router, NamesTheMethodsOfAPathThatDoesNotAnswerToThisOne) {
  const Router router({operation("a", "GET", "/things/{id}"), operation("b", "DELETE", "/things/{id}")}, {}, "");
  EXPECT_EQ(found(router, "PUT", "/things/7"), "[DELETE, GET, HEAD, OPTIONS]");
  EXPECT_EQ(found(router, "get", "/things/7"), "[DELETE, GET, HEAD, OPTIONS]") << "methods are case-sensitive";
}

TEST(Router, AnswersHeadByGet) {
  const Router router({operation("a", "GET", "/things")}, {}, "");
  EXPECT_EQ(found(router, "HEAD", "/things"), "a");
}

TEST(Router, FindsNothingOnOtherPaths) {
  const Router router({operation("a", "GET", "/things/{id}")}, {}, "/api/v1");
  for (const auto* path : {"/", "/things/7", "/api/v1", "/api/v1/things", "/api/v1/things/", "/api/v1/things/7/",
                           "/api/v1//things/7", "/api/v1/things/7/8", "/API/v1/things/7"})
    EXPECT_EQ(found(router, "GET", path), "") << path;
}

TEST(Router, ServesTheProbesAtTheRootToo) {
  const Router router({operation("health", "GET", "/healthz"), operation("metrics", "GET", "/metrics")}, {}, "/api/v1");
  for (const auto* path : {"/healthz", "/api/v1/healthz"}) EXPECT_EQ(found(router, "GET", path), "health") << path;
  for (const auto* path : {"/metrics", "/api/v1/metrics"}) EXPECT_EQ(found(router, "GET", path), "metrics") << path;
}

TEST(Router, ServesDocumentsAtTheirWholePath) {
  const Router router({}, {{"/api/v1/openapi.json", "application/json", "{}"}}, "/api/v1");
  EXPECT_EQ(found(router, "GET", "/api/v1/openapi.json"), "/api/v1/openapi.json");
}

TEST(Router, RefusesTwoOperationsOnOneMethodAndPathAndNamesBoth) {
  try {
    const Router router({operation("first", "GET", "/a/{id}"), operation("second", "GET", "/a/{other}")}, {}, "");
    FAIL() << "nothing was refused";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.error().code, "http.routes");
    EXPECT_NE(failure.error().message.find("'first'"), std::string::npos);
    EXPECT_NE(failure.error().message.find("'second'"), std::string::npos);
  }
}

}  // namespace
}  // namespace wyvern::http
