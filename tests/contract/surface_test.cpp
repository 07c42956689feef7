// What holds for every operation that there is, tried on each by the OpenAPI document: ids, methods, and who is let in.
#include <algorithm>
#include <fstream>
#include <set>

#include "contract.hpp"
#include "raw_client.hpp"

namespace wyvern::test {
namespace {

struct Endpoint {
  std::string method;
  std::string path;  // with {id}
  Json operation;

  std::string name() const { return operation["operationId"]; }
};

class Surface : public Contract {
 protected:
  std::vector<Endpoint> endpoints() const {
    std::vector<Endpoint> all;
    const auto document = get("/openapi.json").body;
    for (const auto& [path, methods] : document["paths"].items()) {
      for (const auto& [method, operation] : methods.items()) {
        std::string upper = method;
        std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
        all.push_back({upper, path, operation});
      }
    }
    EXPECT_GT(all.size(), 60U);
    return all;
  }
  static std::string with_id(const Endpoint& endpoint, const std::string& id) {
    std::string path = endpoint.path;
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"{id}", id}, {"{file}", "index.m3u8"}}) {
      if (const auto at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
    }
    return path;
  }
  static Json some(const Json& schema) {
    if (schema.contains("enum")) return schema["enum"][0];
    if (schema.value("format", "") == "uuid") return unknown_id;
    const Json type = schema.value("type", Json("string"));
    if (type == "array") return Json::array();
    if (type == "object") return Json::object();
    if (type == "boolean") return false;
    if (type == "integer" || type == "number") return 1;
    return "something";
  }
  // The least that the operation takes.
  Answer call(const Endpoint& endpoint, const std::string& id) const {
    auto path = with_id(endpoint, id);
    for (const auto& parameter : endpoint.operation.value("parameters", Json::array())) {
      if (parameter.value("in", "") != "query" || !parameter.value("required", false)) continue;
      path += (path.find('?') == std::string::npos ? "?" : "&") + parameter["name"].get<std::string>() + "=" +
              some(parameter["schema"]).get<std::string>();
    }
    if (!endpoint.operation.contains("requestBody")) return wyvern.call(endpoint.method, path);
    const auto& schema = endpoint.operation["requestBody"]["content"]["application/json"]["schema"];
    Json body = Json::object();
    for (const auto& name : schema.value("required", Json::array()))
      body[name.get<std::string>()] = some(schema["properties"][name.get<std::string>()]);
    return wyvern.call(endpoint.method, path, body);
  }
  std::uint16_t port() const {
    return static_cast<std::uint16_t>(std::stoi(wyvern.root().substr(wyvern.root().rfind(':') + 1)));
  }
};

TEST_F(Surface, AnIdInAPathThatIsNoUuidIs400AndAnUnknownOneIs404) {
  int tried = 0;
  for (const auto& endpoint : endpoints()) {
    if (endpoint.path.find("{id}") == std::string::npos) continue;
    EXPECT_TRUE(refused(call(endpoint, "seven"), 400, "field.uuid")) << endpoint.name();
    EXPECT_TRUE(answered(call(endpoint, unknown_id), 404)) << endpoint.name();
    ++tried;
  }
  EXPECT_GT(tried, 40);
}

TEST_F(Surface, AnIdInAQueryOrABodyThatIsNoUuidIs400AndAnUnknownOneIs404) {
  const auto channel = wyvern.channel();
  const auto list = post("/playout/playlists", {{"channel_id", channel}, {"name", "x"}}).body["id"].get<std::string>();
  const auto project = post("/projects", {{"name", "News"}}).body["id"].get<std::string>();
  std::ofstream(wyvern.library() / "a.ts") << "no media";
  const auto person = get("/auth/me").body["id"];
  struct Named {
    const char* method;
    std::string path;
    const char* field;
    Json others;
  };
  const Named all[] = {
      {"POST", "/playout/channels", "project_id", {{"name", "x"}}},
      {"PATCH", "/playout/channels/" + channel, "project_id", Json::object()},
      {"GET", "/playout/playlists", "channel_id", nullptr},
      {"POST", "/playout/playlists", "channel_id", {{"name", "x"}}},
      {"POST", "/playout/playlists/" + list + "/items", "asset_id", Json::object()},
      {"POST", "/assets", "project_id", {{"key", "a.ts"}}},
      {"POST", "/tokens", "person_id", {{"name", "x"}}},
      {"POST", "/tokens", "project_id", {{"name", "x"}}},
      {"POST", "/projects/" + project + "/access", "person_id", {{"permission", "view"}}},
      {"DELETE", "/projects/" + project + "/access", "person_id", nullptr},
  };
  for (const auto& one : all) {
    const auto with = [&](const std::string& id) {
      if (one.others.is_null()) return wyvern.call(one.method, one.path + "?" + one.field + "=" + id);
      Json body = one.others;
      body[one.field] = id;
      return wyvern.call(one.method, one.path, body);
    };
    EXPECT_TRUE(answered(with("seven"), 400)) << one.method << " " << one.path << " " << one.field;
    EXPECT_TRUE(answered(with(unknown_id), 404)) << one.method << " " << one.path << " " << one.field;
  }
}

TEST_F(Surface, AWrongMethodOnAKnownPathIs405WithThoseThatThereAre) {
  std::map<std::string, std::set<std::string>> methods;
  for (const auto& endpoint : endpoints()) methods[endpoint.path].insert(endpoint.method);
  for (const auto& [path, known] : methods) {
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
      if (known.contains(method)) continue;
      const auto answer = wyvern.call(method, with_id({method, path, {}}, unknown_id));
      EXPECT_TRUE(answered(answer, 405)) << method << " " << path;
      EXPECT_TRUE(answer.body.contains("error") && answer.body.contains("code")) << answer.text;
      const auto allow = ", " + answer.headers.at("allow") + ",";
      for (const auto& one : known) EXPECT_NE(allow.find(", " + one + ","), std::string::npos) << path << ": " << allow;
      EXPECT_EQ(allow.find(std::string(", ") + method + ","), std::string::npos) << path << ": " << allow;
    }
  }
}

TEST_F(Surface, Case23_NoOperationAndNoPathIsLetThroughWithoutACredentialButTheseFew) {
  const std::set<std::string> open{"auth.login",     "auth.methods",   "auth.oidc.begin", "auth.oidc.login",
                                   "system.healthz", "system.metrics", "system.readyz"};
  const auto stranger = [&](const std::string& method, const std::string& target) {
    RawClient client(port());
    client.send(method + " " + target +
                " HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\nX-Requested-With: t\r\nOrigin: "
                "http://localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    return client.read().status;
  };
  const auto channel = wyvern.channel();
  for (const auto& endpoint : endpoints()) {
    if (open.contains(endpoint.name())) continue;
    EXPECT_EQ(stranger(endpoint.method, "/api/v1" + with_id(endpoint, channel)), 401) << endpoint.name();
  }
  // What describes the API without showing anything that is in it.
  for (const char* path : {"/api/v1/openapi.json", "/api/v1/docs", "/api/v1/docs.css"})
    EXPECT_EQ(stranger("GET", path), 200);
  // Ways round a prefix.
  for (const auto& [path, status] : {std::pair{std::string("/"), 404},
                                     {"/index.html", 404},
                                     {"/api/v1", 404},
                                     {"/api/v1/", 404},
                                     {"/playout/channels", 404},
                                     {"/internal/playout/channels", 404},
                                     {"/api/v1/internal/playout/channels", 404},
                                     {"/api/v2/playout/channels", 404},
                                     {"/API/V1/playout/channels", 404},
                                     {"/healthz/../api/v1/playout/channels", 401},
                                     {"/healthz/playout/channels/" + channel, 404},
                                     {"/metrics/" + channel, 404}}) {
    const auto got = stranger("GET", path);
    EXPECT_TRUE(got == status || (got >= 400 && got < 500)) << path << " " << got;
    EXPECT_GE(stranger("DELETE", path), 400) << path;
  }
  EXPECT_TRUE(answered(get("/playout/channels/" + channel), 200)) << "it is still there";
}

TEST_F(Surface, EveryRefusalHasASentenceAndAStableCode) {
  const auto channel = "/playout/channels/" + wyvern.channel();
  const auto raw = [&](const std::string& method, const std::string& path, const std::string& body,
                       const std::vector<std::string>& headers = {}) {
    return wyvern.call_with(wyvern.token(), method, path, body, headers);
  };
  const std::pair<long, Answer> all[] = {
      {400, raw("POST", "/playout/channels", "{\"name\":")},
      {400, raw("POST", "/playout/channels", "[]")},
      {400, post("/playout/channels", {{"name", "x"}, {"colour", "red"}})},
      {400, get("/playout/channels/seven")},
      {401, wyvern.call_with("", "GET", "/playout/channels", "")},
      {401, wyvern.call_with("wrong", "GET", "/playout/channels", "")},
      {404, get(std::string("/playout/channels/") + unknown_id)},
      {404, get("/nothing/here")},
      {405, wyvern.call("PUT", "/playout/channels")},
      {409, post(channel + "/pause")},
      {412, raw("PATCH", channel, "{\"name\":\"x\"}", {"If-Match: \"old\""})},
      {413, raw("POST", "/playout/channels", "{\"name\":\"" + std::string(200'000, 'x') + "\"}")},
  };
  for (const auto& [status, answer] : all) {
    ASSERT_TRUE(answered(answer, status));
    EXPECT_EQ(answer.headers.at("content-type"), "application/json") << answer.text;
    ASSERT_TRUE(answer.body["error"].is_string() && answer.body["code"].is_string()) << answer.text;
    const auto code = answer.body["code"].get<std::string>();
    EXPECT_NE(code.find('.'), std::string::npos) << code;
    EXPECT_EQ(code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_."), std::string::npos) << code;
    EXPECT_FALSE(answer.body["error"].get<std::string>().empty()) << code;
  }
}

}  // namespace
}  // namespace wyvern::test
