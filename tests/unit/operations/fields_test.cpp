// What a call is given: path, query and body in one object, checked.
#include <gmock/gmock.h>

#include "table_caller.hpp"

namespace wyvern::test {
namespace {

using operations::Call;
using operations::Operation;
using operations::Permission;
using operations::Reply;
using testing::HasSubstr;

class Input : public testing::Test {
 protected:
  Input() {
    Operation echo;
    echo.name = "echo";
    echo.method = "POST";
    echo.path = "/echo";
    echo.permission = Permission::signed_in;
    echo.request = {{"properties",
                     {{"name", {{"type", "string"}}},
                      {"limit", {{"type", "integer"}, {"minimum", 1}, {"maximum", 500}}},
                      {"loop", {{"type", "boolean"}}}}}};
    echo.handle = [](Call& call) -> Reply { return call.input; };
    table.add(std::move(echo));
    Operation named;
    named.name = "named";
    named.method = "POST";
    named.path = "/named";
    named.permission = Permission::signed_in;
    named.request = {{"properties", {{"name", {{"type", "string"}}}}}, {"required", {"name"}}};
    named.handle = [](Call& call) -> Reply { return call.input; };
    table.add(std::move(named));
    Operation open;
    open.name = "open";
    open.method = "GET";
    open.path = "/open";
    open.permission = Permission::signed_in;
    open.request = {{"additionalProperties", true}};
    open.handle = [](Call& call) -> Reply { return call.input; };
    table.add(std::move(open));
  }

  NamedAccess access;
  operations::Table table{access, 1};
};

TEST_F(Input, TextOfTheQueryBecomesWhatTheSchemaSays) {
  const auto answer = call(table, request("echo", {{"limit", "20"}, {"loop", "true"}, {"name", "7"}}));
  ASSERT_EQ(answer->status(), 200) << answer->text();
  EXPECT_EQ(answer->json(), (Json{{"limit", 20}, {"loop", true}, {"name", "7"}}));
}

TEST_F(Input, TextThatDoesNotFitIsRefusedWithItsField) {
  for (const auto* value : {"20x", "", " 20", "0x10", "99999999999999999999", "2.5"}) {
    const auto answer = call(table, request("echo", {{"limit", value}}));
    EXPECT_EQ(answer->status(), 400) << value;
    EXPECT_THAT(answer->text(), HasSubstr("limit"));
  }
  EXPECT_EQ(call(table, request("echo", {{"loop", "yes"}}))->status(), 400);
  EXPECT_EQ(call(table, request("echo", {{"limit", "0"}}))->status(), 400);
}

TEST_F(Input, AnUnknownFieldIsRefusedAndNamed) {
  const auto in_body = call(table, request("echo", {}, {{"nmae", "x"}}));
  EXPECT_EQ(in_body->status(), 400);
  EXPECT_THAT(in_body->text(), HasSubstr("nmae"));
  const auto in_query = call(table, request("echo", {{"limt", "3"}}));
  EXPECT_EQ(in_query->status(), 400);
  EXPECT_THAT(in_query->text(), HasSubstr("limt"));
}

TEST_F(Input, AnUnknownFieldIsTakenWhereTheOperationSaysSo) {
  const auto answer = call(table, request("open", {{"added", "by a stranger"}}));
  ASSERT_EQ(answer->status(), 200) << answer->text();
  EXPECT_EQ(answer->json(), (Json{{"added", "by a stranger"}}));
}

TEST_F(Input, AFieldThatIsGivenTwiceIsRefused) {
  EXPECT_EQ(call(table, request("echo", {{"name", "a"}}, {{"name", "b"}}))->code(), "field.twice");
  EXPECT_EQ(call(table, request("echo", {{"name", "a"}, {"name", "b"}}))->code(), "field.twice");
}

TEST_F(Input, AMissingFieldIsNamed) {
  const auto answer = call(table, request("named"));
  EXPECT_EQ(answer->status(), 400);
  EXPECT_EQ(answer->json()["error"], "name is required");
}

TEST_F(Input, ABodyThatIsNoJsonObjectIsRefused) {
  for (const auto* body : {"{", "[]", "5", "null", "{\"name\":\"x\"} trailing", "\xff"}) {
    auto made = request("echo");
    made.body = body;
    EXPECT_EQ(call(table, made)->status(), 400) << body;
  }
}

TEST_F(Input, ABodyThatIsNestedVeryDeepIsRefusedWithoutHarm) {
  auto made = request("echo");
  made.body = "{\"name\":" + std::string(30'000, '[') + std::string(30'000, ']') + "}";
  EXPECT_EQ(call(table, made)->status(), 400);
}

TEST_F(Input, TheCallersOwnCorrelationIsKept) {
  auto made = request("echo", {{"limit", "0"}});
  made.correlation = "req-7";
  EXPECT_EQ(call(table, made)->json()["request_id"], "req-7");
}

}  // namespace
}  // namespace wyvern::test
