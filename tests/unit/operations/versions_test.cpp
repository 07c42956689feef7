// Entity tags: what they tell apart, and how a request asks for one.
#include "operations/versions.hpp"

#include <gtest/gtest.h>

#include "table_caller.hpp"

namespace wyvern::test {
namespace {

using operations::Call;
using operations::Operation;
using operations::Refusal;
using operations::Reply;
using operations::with_etag;

Json thing(int version, const std::string& seen = "idle") {
  return {{"id", "x"}, {"name", "One"}, {"seen", seen}, {"version", version}};
}

// Whether a change is let through by this If-Match while the thing has version 3.
bool matches(const std::string& if_match) {
  Call call;
  call.input = {{"id", "x"}, {"name", "Two"}};
  call.headers = {{"if-match", if_match}};
  try {
    operations::require_match(call, [] { return with_etag(thing(3)); });
    return true;
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.status, 412) << if_match << ": " << refusal.what();
    return false;
  }
}

std::string tag(int version, const std::string& seen = "idle") { return with_etag(thing(version, seen))["etag"]; }

TEST(Versions, ATagStandsInThePlaceOfTheVersion) {
  const Json shown = with_etag(thing(3));
  EXPECT_FALSE(shown.contains("version"));
  EXPECT_EQ(shown["etag"].get<std::string>().substr(0, 3), "\"3-");
  EXPECT_EQ(shown["etag"].get<std::string>().back(), '"');
  EXPECT_EQ(tag(3), tag(3));
  EXPECT_NE(tag(3), tag(3, "busy"));
}

TEST(Versions, IfMatchAsksForTheEditorsVersionAlone) {
  EXPECT_TRUE(matches(tag(3)));
  EXPECT_TRUE(matches(tag(3, "busy")));
  EXPECT_FALSE(matches(tag(2)));
  EXPECT_FALSE(matches(tag(33)));
}

TEST(Versions, IfMatchTakesAStarAndListsAndNoWeakTags) {
  EXPECT_TRUE(matches("*"));
  EXPECT_TRUE(matches(tag(1) + ", " + tag(3)));
  EXPECT_TRUE(matches(tag(1) + " ,,\t" + tag(3)));
  EXPECT_FALSE(matches(tag(1) + ", " + tag(2)));
  EXPECT_FALSE(matches("W/" + tag(3)));
}

TEST(Versions, AConditionThatIsNoneIs400) {
  for (const std::string text : {"3", "\"3", "\"3\" \"4\"", ",", "W/", "\"3\", x"}) {
    Call call;
    call.headers = {{"if-match", text}};
    try {
      operations::require_match(call, [] { return with_etag(thing(3)); });
      ADD_FAILURE() << text;
    } catch (const Refusal& refusal) {
      EXPECT_EQ(refusal.status, 400) << text;
      EXPECT_EQ(refusal.code, "field.etag") << text;
    }
  }
}

TEST(Versions, ARefusalShowsWhatWasSentAndWhatIs) {
  Call call;
  call.input = {{"id", "x"}, {"name", "Two"}, {"key", "hidden"}};
  call.headers = {{"if-match", tag(2)}};
  const auto show = [](Json yours) {
    yours.erase("key");
    return yours;
  };
  try {
    operations::require_match(
        call, [] { return with_etag(thing(3)); }, show);
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.detail["yours"], Json({{"name", "Two"}}));
    EXPECT_EQ(refusal.detail["current"], with_etag(thing(3)));
  }
}

class Tagged : public testing::Test {
 protected:
  Tagged() {
    add("get", "GET", [this](Call&) -> Reply { return operations::tagged(with_etag(thing(1, seen))); });
    add("list", "GET", [this](Call&) -> Reply { return Json::array({seen}); });
    add("change", "POST", [this](Call&) -> Reply { return operations::tagged(with_etag(thing(2, seen))); });
  }
  void add(const std::string& name, const std::string& method, std::function<Reply(Call&)> handle) {
    Operation operation;
    operation.name = name;
    operation.method = method;
    operation.path = "/" + name;
    operation.handle = std::move(handle);
    table.add(std::move(operation));
  }
  std::shared_ptr<RecordedAnswer> with(const std::string& name, const std::string& header, const std::string& value) {
    auto made = request(name);
    made.headers = {{header, value}};
    return call(table, std::move(made));
  }

  NamedAccess access;
  std::string seen = "idle";
  operations::Table table{access, 0};
};

TEST_F(Tagged, WhatIsShownHasItsTagInTheHead) {
  EXPECT_EQ(call(table, request("get"))->header("ETag"), tag(1));
  EXPECT_FALSE(call(table, request("get"))->json().contains("etag"));
  EXPECT_EQ(call(table, request("change"))->header("ETag"), tag(2));
}

TEST_F(Tagged, WhoHasSeenItAlreadyIsTold304WithoutABody) {
  for (const auto* name : {"get", "list"}) {
    const auto etag = call(table, request(name))->header("ETag");
    const auto again = with(name, "if-none-match", "\"other\", W/" + etag);
    EXPECT_EQ(again->status(), 304) << name;
    EXPECT_EQ(again->text(), "") << name;
    EXPECT_EQ(again->header("ETag"), etag) << name;
    seen = "busy";
    EXPECT_EQ(with(name, "if-none-match", etag)->status(), 200) << name;
    seen = "idle";
  }
}

TEST_F(Tagged, AConditionOnWhatHasNoVersionIsRefusedRatherThanIgnored) {
  const auto answer = with("change", "if-match", tag(1));
  EXPECT_EQ(answer->status(), 400);
  EXPECT_EQ(answer->code(), "precondition.unsupported");
}

}  // namespace
}  // namespace wyvern::test
