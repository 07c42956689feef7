#include "openapi.hpp"

#include <gtest/gtest.h>

#include <set>

namespace wyvern::rest {
namespace {

Json table() {
  return Json::parse(R"([
    {"name": "channels.list", "summary": "Lists channels", "method": "GET", "path": "/channels", "tag": "channels",
     "permission": "view", "idempotent": true, "reply": "json", "success": 200, "body_limit_bytes": 0,
     "request": {"type": "object", "additionalProperties": false, "properties": {
        "limit": {"type": "integer", "description": "How many at most"}, "after": {"type": "string"}}},
     "response": {"type": "array", "items": {"type": "object"}}},
    {"name": "channels.update", "summary": "Changes a channel", "method": "PATCH", "path": "/channels/{id}",
     "tag": "channels", "permission": "edit", "idempotent": true, "conditional": true, "reply": "json", "success": 200,
     "request": {"type": "object", "additionalProperties": false, "required": ["id", "name"], "properties": {
        "id": {"type": "string", "format": "uuid"}, "name": {"type": "string"},
        "dry": {"type": "boolean", "x-in": "query"}}},
     "response": {"type": "object"}},
    {"name": "channels.start", "summary": "Starts a channel", "method": "POST", "path": "/channels/{id}/start",
     "tag": "channels", "permission": "edit", "idempotent": true, "reply": "json", "success": 200,
     "request": {"type": "object", "additionalProperties": false, "properties": {"id": {"type": "string"}}},
     "response": {"type": "object"}},
    {"name": "channels.delete", "method": "DELETE", "path": "/channels/{id}", "permission": "administrator",
     "success": 204},
    {"name": "events.stream", "summary": "Every change", "method": "GET", "path": "/events", "tag": "events",
     "permission": "signed_in", "idempotent": true, "reply": "stream", "success": 200},
    {"name": "health", "summary": "Alive", "method": "GET", "path": "/healthz", "tag": "health",
     "permission": "anyone", "idempotent": true, "reply": "text", "success": 200},
    {"name": "login", "summary": "Elsewhere", "method": "GET", "path": "/login", "tag": "login",
     "permission": "anyone", "reply": "json", "success": 303}
  ])");
}

Json document() { return openapi(table(), "/api/v1", "0.1.0"); }

TEST(OpenApi, IsAnOpenApi31DocumentOfThisServer) {
  const auto made = document();
  EXPECT_EQ(made["openapi"], "3.1.0");
  EXPECT_EQ(made["info"]["version"], "0.1.0");
  EXPECT_EQ(made["servers"][0]["url"], "/api/v1");
  EXPECT_EQ(openapi(table(), "", "1")["servers"][0]["url"], "/");
}

TEST(OpenApi, DescribesEveryOperationUnderItsPathAndMethod) {
  const auto paths = document()["paths"];
  EXPECT_EQ(paths["/channels"]["get"]["operationId"], "channels.list");
  EXPECT_EQ(paths["/channels"]["get"]["summary"], "Lists channels");
  EXPECT_EQ(paths["/channels"]["get"]["tags"], Json::array({"channels"}));
  EXPECT_EQ(paths["/channels/{id}"]["patch"]["operationId"], "channels.update");
  EXPECT_EQ(paths["/channels/{id}"]["delete"]["operationId"], "channels.delete");
}

TEST(OpenApi, TellsWhereARedirectLeads) {
  const auto responses = document()["paths"]["/login"]["get"]["responses"];
  EXPECT_TRUE(responses["303"]["headers"].contains("Location"));
  EXPECT_FALSE(responses.contains("200"));
}

TEST(OpenApi, TakesTheFieldsOfAReadAsQueryParameters) {
  const auto get = document()["paths"]["/channels"]["get"];
  EXPECT_FALSE(get.contains("requestBody"));
  const auto parameters = get["parameters"];
  ASSERT_EQ(parameters.size(), 3U);
  EXPECT_EQ(parameters[1], (Json{{"name", "limit"},
                                 {"in", "query"},
                                 {"required", false},
                                 {"description", "How many at most"},
                                 {"schema", {{"type", "integer"}}}}));
}

TEST(OpenApi, SplitsTheFieldsOfAWriteIntoPathQueryAndBody) {
  const auto patch = document()["paths"]["/channels/{id}"]["patch"];
  std::map<std::string, Json> parameters;
  for (const auto& parameter : patch["parameters"])
    if (parameter.contains("name")) parameters[parameter["name"]] = parameter;
  EXPECT_EQ(parameters["id"]["in"], "path");
  EXPECT_EQ(parameters["id"]["required"], true);
  EXPECT_EQ(parameters["id"]["schema"]["format"], "uuid");
  EXPECT_EQ(parameters["dry"]["in"], "query");
  const auto schema = patch["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_EQ(schema["properties"].size(), 1U);
  EXPECT_EQ(schema["required"], Json::array({"name"}));
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(patch["requestBody"]["required"], true);
}

TEST(OpenApi, HasNoBodyWhereThePathSaysEverything) {
  EXPECT_FALSE(document()["paths"]["/channels/{id}/start"]["post"].contains("requestBody"));
}

TEST(OpenApi, GivesAPathParameterThatTheSchemaForgetsTheTypeString) {
  const auto parameters = document()["paths"]["/channels/{id}"]["delete"]["parameters"];
  ASSERT_EQ(parameters.size(), 2U);
  EXPECT_EQ(parameters[0]["schema"], (Json{{"type", "string"}}));
}

TEST(OpenApi, DescribesTheErrorOfEveryOperation) {
  const auto made = document();
  const auto responses = made["paths"]["/channels/{id}"]["patch"]["responses"];
  for (const auto* status : {"400", "401", "403", "404", "default"})
    EXPECT_EQ(responses[status]["$ref"], "#/components/responses/Error") << status;
  const auto error = made["components"]["schemas"]["Error"];
  EXPECT_EQ(error["required"], (Json{"error", "code"}));
}

TEST(OpenApi, NamesKeysAndConditionsWhereTheyHold) {
  const auto made = document();
  const auto refers = [](const Json& operation, const std::string& to) {
    const Json reference{{"$ref", "#/components/parameters/" + to}};
    const auto parameters = operation.value("parameters", Json::array());
    return std::find(parameters.begin(), parameters.end(), reference) != parameters.end();
  };
  const auto& patch = made["paths"]["/channels/{id}"]["patch"];
  const auto& remove = made["paths"]["/channels/{id}"]["delete"];
  const auto& list = made["paths"]["/channels"]["get"];
  EXPECT_TRUE(refers(patch, "IdempotencyKey"));
  EXPECT_TRUE(refers(remove, "IdempotencyKey"));
  EXPECT_FALSE(refers(list, "IdempotencyKey"));
  EXPECT_TRUE(refers(patch, "IfMatch"));
  EXPECT_TRUE(patch["responses"].contains("412"));
  EXPECT_TRUE(patch["responses"]["200"]["headers"].contains("ETag"));
  EXPECT_FALSE(refers(remove, "IfMatch"));
  EXPECT_FALSE(remove["responses"].contains("412"));
  EXPECT_TRUE(refers(list, "IfNoneMatch"));
  EXPECT_TRUE(list["responses"].contains("304"));
  EXPECT_FALSE(refers(made["paths"]["/events"]["get"], "IfNoneMatch"));
}

TEST(OpenApi, NamesTheKindOfEachAnswer) {
  const auto paths = document()["paths"];
  EXPECT_TRUE(paths["/channels"]["get"]["responses"]["200"]["content"].contains("application/json"));
  EXPECT_TRUE(paths["/events"]["get"]["responses"]["200"]["content"].contains("text/event-stream"));
  EXPECT_TRUE(paths["/healthz"]["get"]["responses"]["200"]["content"].contains("text/plain"));
  EXPECT_FALSE(paths["/channels/{id}"]["delete"]["responses"]["204"].contains("content"));
}

TEST(OpenApi, AsksForACredentialExceptWhereEverybodyMayCall) {
  const auto made = document();
  EXPECT_EQ(made["security"], Json::parse(R"([{"bearer": []}, {"session": []}])"));
  EXPECT_EQ(made["paths"]["/healthz"]["get"]["security"], Json::array());
  EXPECT_FALSE(made["paths"]["/channels"]["get"].contains("security"));
  EXPECT_EQ(made["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
  EXPECT_EQ(made["components"]["securitySchemes"]["session"]["in"], "cookie");
}

// What a validator of 3.1 checks first: references that lead somewhere, ids that are unique, path parameters that
// match.
TEST(OpenApi, IsConsistentInItself) {
  const auto made = document();
  std::set<std::string> ids;
  std::set<std::string> tags;
  for (const auto& tag : made["tags"]) tags.insert(tag["name"]);
  for (const auto& [path, item] : made["paths"].items())
    for (const auto& [method, operation] : item.items()) {
      EXPECT_TRUE(ids.insert(operation["operationId"]).second) << operation["operationId"];
      EXPECT_FALSE(operation["responses"].empty());
      for (const auto& tag : operation.value("tags", Json::array())) EXPECT_TRUE(tags.count(tag)) << tag;
      for (const auto& parameter : operation.value("parameters", Json::array())) {
        if (parameter.contains("$ref")) continue;
        EXPECT_TRUE(parameter.contains("schema"));
        if (parameter["in"] == "path") {
          EXPECT_NE(path.find("{" + parameter["name"].get<std::string>() + "}"), std::string::npos);
        }
      }
    }
  const auto flat = made.flatten();
  for (const auto& [name, value] : flat.items())
    if (name.ends_with("/$ref")) {
      EXPECT_NO_THROW((void)made.at(Json::json_pointer(value.get<std::string>().substr(1)))) << value;
    }
}

}  // namespace
}  // namespace wyvern::rest
