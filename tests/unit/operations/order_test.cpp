// Which refusal comes first, when there is more than one reason.
#include <gtest/gtest.h>

#include "table_caller.hpp"

namespace wyvern::test {
namespace {

using operations::Call;
using operations::Operation;
using operations::Permission;
using operations::Refusal;
using operations::Reply;

constexpr const char* kKnown = "11111111-1111-4111-8111-111111111111";
constexpr const char* kUnknown = "22222222-2222-4222-8222-222222222222";

class Order : public testing::Test {
 protected:
  Order() {
    access.allow("viewer", "p", Permission::view);
    access.allow("editor", "p", Permission::edit);
    Operation rename;
    rename.name = "things.rename";
    rename.method = "PATCH";
    rename.path = "/things/{id}";
    rename.permission = Permission::edit;
    rename.project = [](const Call& call) -> operations::ProjectId {
      if (call.text("id") != kKnown) throw Refusal(404, "thing.not_found", "Thing not found");
      return "p";
    };
    rename.request = {
        {"properties", {{"id", {{"type", "string"}, {"format", "uuid"}}}, {"name", {{"type", "string"}}}}},
        {"required", {"id", "name"}}};
    rename.handle = [](Call& call) -> Reply { return Json{{"name", call.text("name")}}; };
    table.add(std::move(rename));
    Operation shut;
    shut.name = "system.shut";
    shut.method = "POST";
    shut.path = "/shut";
    shut.handle = [](Call&) -> Reply { return Json::object(); };
    table.add(std::move(shut));
    Operation hello;
    hello.name = "hello";
    hello.method = "GET";
    hello.path = "/hello";
    hello.permission = Permission::anyone;
    hello.handle = [](Call& call) -> Reply { return Json{{"caller", call.caller.name}}; };
    table.add(std::move(hello));
  }

  int rename(const std::string& person, const std::string& id, const Json& body = {{"name", "x"}}) {
    return call(table, request("things.rename", {{"id", id}}, body, person))->status();
  }

  NamedAccess access;
  operations::Table table{access, 1};
};

TEST_F(Order, NobodyIsRefusedBeforeAnythingElseIsSaid) {
  EXPECT_EQ(rename("", kUnknown, {{"nmae", 1}}), 401);
  EXPECT_EQ(rename("bad", kUnknown, {{"nmae", 1}}), 401);
  EXPECT_EQ(rename("", "no-uuid"), 401);
}

TEST_F(Order, AnUnknownThingIsNotFoundBeforeItsBodyIsChecked) {
  EXPECT_EQ(rename("editor", kUnknown, {{"nmae", 1}}), 404);
}

TEST_F(Order, WhoMayNotIsRefusedBeforeTheBodyIsChecked) {
  EXPECT_EQ(rename("viewer", kKnown, {{"nmae", 1}}), 403);
  EXPECT_EQ(rename("stranger", kKnown), 403);
}

TEST_F(Order, ABodyThatIsNoJsonIsNotLookedAtBeforeItIsKnownWhoMay) {
  const auto rename = [&](const std::string& person, const std::string& id, const std::string& body) {
    auto given = request("things.rename", {{"id", id}}, nullptr, person);
    given.body = body;
    return call(table, given)->status();
  };
  EXPECT_EQ(rename("viewer", kKnown, "{"), 403);
  EXPECT_EQ(rename("editor", kUnknown, "{"), 404);
  EXPECT_EQ(rename("editor", kKnown, "{"), 400);
  EXPECT_EQ(rename("viewer", kKnown, "[]"), 403);
  EXPECT_EQ(rename("editor", kKnown, "[]"), 400);
  auto shut = request("system.shut", {}, nullptr, "editor");
  shut.body = "{";
  EXPECT_EQ(call(table, shut)->status(), 403);
}

TEST_F(Order, AFieldThatIsGivenTwiceIsRefusedAfterThePermissionAndNeverChangesWhatTheCallIsAbout) {
  EXPECT_EQ(rename("viewer", kKnown, {{"id", kUnknown}, {"name", "x"}}), 403);
  EXPECT_EQ(rename("editor", kUnknown, {{"id", kKnown}, {"name", "x"}}), 404);
  EXPECT_EQ(rename("editor", kKnown, {{"id", kKnown}, {"name", "x"}}), 400);
  const auto by_query = request("things.rename", {{"id", kKnown}, {"id", kUnknown}}, {{"name", "x"}}, "editor");
  EXPECT_EQ(call(table, by_query)->code(), "field.twice");
}

TEST_F(Order, ABadBodyIsRefusedWhenAllElseIsGood) {
  EXPECT_EQ(rename("editor", kKnown, {{"name", 1}}), 400);
  EXPECT_EQ(rename("editor", kKnown), 200);
}

TEST_F(Order, AnIdThatIsNoUuidIs400AndNothingIsLookedUp) { EXPECT_EQ(rename("editor", "1' OR '1'='1"), 400); }

TEST_F(Order, WhatAsksForAnAdministratorRefusesOthers) {
  EXPECT_EQ(call(table, request("system.shut", {}, nullptr, "editor"))->status(), 403);
  EXPECT_EQ(call(table, request("system.shut"))->status(), 200);
}

TEST_F(Order, WhatIsForAnyoneAsksForNoToken) {
  EXPECT_EQ(call(table, request("hello", {}, nullptr, ""))->status(), 200);
}

TEST_F(Order, ACallByCookieThatChangesSomethingNeedsItsHeader) {
  auto forged = request("system.shut");
  forged.credentials.by_cookie = true;
  EXPECT_EQ(call(table, forged)->code(), "access.requested_with");
  forged.credentials.requested_with = "wyvern";
  EXPECT_EQ(call(table, forged)->status(), 200);
  auto read = request("hello");
  read.credentials.by_cookie = true;
  EXPECT_EQ(call(table, read)->status(), 200);
}

TEST_F(Order, AnOperationThatDoesNotExistIs404) {
  const auto answer = call(table, request("nothing.at.all"));
  EXPECT_EQ(answer->status(), 404);
  EXPECT_EQ(answer->code(), "operation.unknown");
}

}  // namespace
}  // namespace wyvern::test
