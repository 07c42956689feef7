#include "config/schema.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "config/nearest.hpp"

namespace wyvern::config {
namespace {

using testing::HasSubstr;

std::string only_fault(const char* schema, const char* value) {
  const auto faults = Schema(Json::parse(schema)).check(Json::parse(value));
  if (faults.empty()) return "";
  return std::to_string(faults.size()) + " " + faults[0].pointer + " " + faults[0].code + " " + faults[0].message;
}

TEST(Schema, TakesWhatFits) {
  EXPECT_EQ(only_fault(R"({"type": "object", "properties": {"a": {"type": "integer"}}})", R"({"a": 1, "b": 2})"), "");
  EXPECT_EQ(only_fault("true", "5"), "");
}

TEST(Schema, NamesEveryUnknownAndEveryMissingField) {
  const Schema schema(Json::parse(
      R"({"type": "object", "required": ["title", "items"], "additionalProperties": false,
          "properties": {"title": {"type": "string"}, "items": {"type": "array"}}})"));
  const auto faults = schema.check(Json::parse(R"({"tilte": "x", "other": 1})"));
  ASSERT_EQ(faults.size(), 4U);
  EXPECT_EQ(faults[0].code, "schema.additionalProperties");
  EXPECT_EQ(faults[0].pointer, "/other");
  EXPECT_EQ(faults[1].suggestion, "did you mean 'title'?");
  EXPECT_EQ(faults[2].code, "schema.required");
  EXPECT_EQ(faults[2].pointer, "/title");
}

TEST(Schema, PointsIntoArraysAndEscapesKeys) {
  EXPECT_EQ(only_fault(R"({"items": {"additionalProperties": {"type": "string"}}})", R"([{}, {"a/b~": 1}])"),
            "1 /1/a~1b~0 schema.type expected a string, found the number 1");
}

TEST(Schema, KnowsAUuidByItsForm) {
  const char* id = R"({"format": "uuid"})";
  EXPECT_EQ(only_fault(id, R"("00000000-0000-4000-8000-00000000000A")"), "");
  EXPECT_EQ(only_fault(id, "null"), "");
  for (const char* wrong : {R"("")", R"("seven")", R"("00000000-0000-4000-8000-00000000000G")",
                            R"("00000000-0000-4000-8000-0000000000001")", R"("00000000000040008000000000000000")"}) {
    EXPECT_THAT(only_fault(id, wrong), HasSubstr("schema.format")) << wrong;
  }
}

TEST(Schema, FollowsReferencesEvenOfATree) {
  const char* tree = R"({"$ref": "#/definitions/node", "definitions": {"node": {"type": "object",
      "properties": {"next": {"$ref": "#/definitions/node"}}, "additionalProperties": false}}})";
  EXPECT_EQ(only_fault(tree, R"({"next": {"next": {}}})"), "");
  EXPECT_THAT(only_fault(tree, R"({"next": {"nexd": {}}})"), HasSubstr("/next/nexd schema.additionalProperties"));
}

TEST(Schema, LeavesTheRarerKeywordsToValijson) {
  EXPECT_THAT(only_fault(R"({"multipleOf": 5})", "7"), HasSubstr("schema.other"));
  EXPECT_THAT(only_fault(R"({"not": {"type": "string"}})", R"("x")"), HasSubstr("schema.other"));
  EXPECT_THAT(only_fault(R"({"uniqueItems": true})", "[1, 1]"), HasSubstr("schema.other"));
  EXPECT_THAT(only_fault(R"({"properties": {"at": {"format": "date-time"}}})", R"({"at": "yesterday"})"),
              HasSubstr("/at schema.other"));
}

TEST(Schema, TellsTheFormsOfOneOfApart) {
  const char* schema = R"({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]})";
  EXPECT_EQ(only_fault(schema, R"({"a": 1})"), "");
  EXPECT_THAT(only_fault(schema, "{}"), HasSubstr("fits none of the 2"));
  EXPECT_THAT(only_fault(schema, R"({"a": 1, "b": 1})"), HasSubstr("fits 2 forms"));
}

TEST(Schema, DoesNotShowSecrets) {
  EXPECT_EQ(only_fault(R"({"properties": {"p": {"type": "integer", "x-secret": true}}})", R"({"p": "hunter2"})"),
            "1 /p schema.type expected an integer, found a string");
}

TEST(Schema, ReadsLongTextUnderAPatternWithoutOverflowingItsStack) {
  const Schema schema(Json::parse(R"({"pattern": "^(a|b)*$", "patternProperties": {"^(a|b)*$": {"type": "null"}},
                                      "additionalProperties": false})"));
  const std::string fitting(10'000'000, 'a');
  EXPECT_TRUE(schema.check(fitting).empty());
  EXPECT_FALSE(schema.check(fitting + "c").empty());
  EXPECT_TRUE(schema.check({{fitting, nullptr}}).empty());
  EXPECT_FALSE(schema.check({{fitting, 1}}).empty());
  EXPECT_FALSE(schema.check({{fitting + "c", nullptr}}).empty());
}

// With a backtracking matcher this takes longer than the world has stood.
TEST(Schema, IsNotHeldUpByAHostilePattern) {
  const Schema schema(Json::parse(R"({"pattern": "^(a+)+$"})"));
  EXPECT_FALSE(schema.check(std::string(100'000, 'a') + "!").empty());
}

TEST(Schema, RefusesDeepValues) {
  Json deep = 1;
  for (int i = 0; i < 100; ++i) deep = Json::array({std::move(deep)});
  const Schema schema(Json::parse(R"({"items": {"$ref": "#"}})"));
  const auto faults = schema.check(deep);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].code, "schema.depth");
}

TEST(Schema, ThatIsNoneIsRefusedWithTheReason) {
  const auto reason = [](const char* text) -> std::string {
    try {
      const Schema schema(Json::parse(text));
      return "";
    } catch (const std::invalid_argument& bad) {
      return bad.what();
    }
  };
  EXPECT_THAT(reason("[]"), HasSubstr("an object or a boolean"));
  EXPECT_THAT(reason(R"({"properties": {"a": {"pattern": "["}}})"), HasSubstr("no regular expression"));
  EXPECT_THAT(reason(R"({"$ref": "#/nowhere"})"), HasSubstr("leads nowhere"));
  EXPECT_THAT(reason(R"({"$ref": "http://example.com/schema"})"), HasSubstr("leads nowhere"));
  EXPECT_THAT(reason(R"({"$ref": "#"})"), HasSubstr("leads back to itself"));
  EXPECT_THAT(reason(R"({"properties": {"a": {"anyOf": [{"$ref": "#/properties/a"}, {}]}}})"),
              HasSubstr("leads back to itself"));
  EXPECT_NE(reason(R"({"type": 5})"), "");
  EXPECT_NE(reason(R"({"minLength": "x"})"), "");
}

// Each definition applies the next one twice, or leads to the next one through a property.
std::string refused(const std::string& first, const std::string& middle, const std::string& last) {
  std::string text = R"({"$ref": "#/definitions/d100", "definitions": {"end": {})";
  for (int i = 100; i < 400; ++i)
    text += ", \"d" + std::to_string(i) + "\": " + first + "#/definitions/d" + std::to_string(i + 1) + middle +
            "#/definitions/d" + std::to_string(i + 1) + last;
  text += R"(, "d400": {}}})";
  try {
    const Schema schema(Json::parse(text));
    return "";
  } catch (const std::invalid_argument& bad) {
    return bad.what();
  }
}

TEST(Schema, ThatMultipliesWithoutEndIsRefused) {
  EXPECT_NE(refused(R"({"anyOf": [{"$ref": ")", R"("}, {"$ref": ")", R"("}]})"), "");
}

TEST(Schema, ThatLeadsOnWithoutEndIsRefused) {
  EXPECT_THAT(refused(R"({"properties": {"a": {"$ref": ")", R"("}, "b": {"$ref": ")", R"("}}})"),
              HasSubstr("nested too deeply"));
}

TEST(Schema, FillsDefaultsAtEveryDepthThatIsThere) {
  const Schema schema(Json::parse(R"({"properties": {
      "a": {"default": 1},
      "b": {"properties": {"c": {"default": 2}}},
      "d": {"items": {"properties": {"e": {"default": 3}}}},
      "f": {"default": {}, "properties": {"g": {"default": 4}}}}})"));
  EXPECT_EQ(schema.with_defaults(Json::parse(R"({"d": [{}, {"e": 0}]})")),
            Json::parse(R"({"a": 1, "d": [{"e": 3}, {"e": 0}], "f": {"g": 4}})"));
  EXPECT_EQ(schema.with_defaults(Json::parse(R"({"b": {}})"))["b"]["c"], 2);
}

TEST(Schema, IsUsedByManyThreadsAtOnce) {
  const Schema schema(Json::parse(R"({"type": "object", "additionalProperties": false, "properties": {
      "a": {"type": "string", "pattern": "^x+$"}, "n": {"multipleOf": 2}}})"));
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        right += schema.check(Json{{"a", "xxx"}, {"n", 4}}).empty() ? 1 : 0;
        right += schema.check(Json{{"n", 3}}).size() == 1 ? 1 : 0;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 1600);
}

TEST(Nearest, FindsSlipsAndLeavesTheRest) {
  const std::vector<std::string> words{"latency_ms", "listen", "path"};
  EXPECT_EQ(nearest("latencyms", words), "latency_ms");
  EXPECT_EQ(nearest("latency-ms", words), "latency_ms");
  EXPECT_EQ(nearest("lsiten", words), "listen");
  EXPECT_EQ(nearest("Path", words), "path");
  EXPECT_EQ(nearest("colour", words), std::nullopt);
  EXPECT_EQ(nearest("", words), std::nullopt);
  EXPECT_EQ(nearest(std::string(1000, 'x'), words), std::nullopt);
}

}  // namespace
}  // namespace wyvern::config
