#include "openapi.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace wyvern::rest {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return text;
}

std::vector<std::string> path_parameters(const std::string& path) {
  std::vector<std::string> names;
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1))
    names.push_back(path.substr(open + 1, path.find('}', open) - open - 1));
  return names;
}

bool contains(const Json& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const Json& known) { return known == name; });
}

bool fields_are_query(const std::string& method) { return method == "GET" || method == "HEAD" || method == "DELETE"; }

// The schema of a parameter; its description moves to the parameter, where readers look for it.
Json parameter(const std::string& name, const char* in, bool required, Json schema) {
  Json made{{"name", name}, {"in", in}, {"required", required}};
  if (schema.is_object()) {
    if (schema.contains("description")) made["description"] = schema["description"];
    schema.erase("description");
    schema.erase("x-in");
  }
  made["schema"] = schema.is_null() ? Json{{"type", "string"}} : std::move(schema);
  return made;
}

// Takes the request schema apart into parameters and what is left for the body.
struct Input {
  Json parameters = Json::array();
  Json body = nullptr;  // null: the operation takes none
  bool body_required = false;
};

Input input_of(const Json& operation) {
  Input input;
  const Json schema = operation.value("request", Json::object());
  const Json properties = schema.value("properties", Json::object());
  const Json required = schema.value("required", Json::array());
  const auto in_path = path_parameters(operation.at("path"));
  for (const auto& name : in_path)
    input.parameters.push_back(
        parameter(name, "path", true, properties.contains(name) ? properties[name] : Json(nullptr)));

  const bool query_only = fields_are_query(operation.at("method"));
  Json body = schema;
  body["properties"] = Json::object();
  body["required"] = Json::array();
  for (const auto& [name, property] : properties.items()) {
    if (std::find(in_path.begin(), in_path.end(), name) != in_path.end()) continue;
    const bool query = query_only || (property.is_object() && property.value("x-in", "") == "query");
    if (query) {
      input.parameters.push_back(parameter(name, "query", contains(required, name), property));
    } else {
      body["properties"][name] = property;
      if (contains(required, name)) body["required"].push_back(name);
    }
  }
  if (query_only || body["properties"].empty()) return input;
  input.body_required = !body["required"].empty();
  if (!input.body_required) body.erase("required");
  if (!body.contains("type")) body["type"] = "object";
  input.body = std::move(body);
  return input;
}

Json header_parameter(const char* name, const char* description) {
  return {{"name", name},
          {"in", "header"},
          {"required", false},
          {"description", description},
          {"schema", {{"type", "string"}}}};
}

Json success_content(const Json& operation) {
  const auto reply = operation.value("reply", "json");
  const Json response = operation.value("response", Json::object());
  if (reply == "json") return {{"application/json", {{"schema", response.is_null() ? Json::object() : response}}}};
  const Json text{{"schema", {{"type", "string"}}}};
  if (reply == "text") return {{"text/plain", text}};
  if (reply == "stream") return {{"text/event-stream", text}};
  return {{"*/*", Json::object()}};
}

// A read whose answer has a tag, so that it need not be sent twice.
bool tagged_read(const Json& operation) {
  return operation.at("method") == "GET" && operation.value("reply", "json") == "json" &&
         operation.value("permission", "administrator") != "anyone";
}

Json responses(const Json& operation, bool open) {
  const Json error{{"$ref", "#/components/responses/Error"}};
  const auto success = std::to_string(operation.value("success", 200));
  Json answered{{"description", "Done"}};
  if (success != "204") answered["content"] = success_content(operation);
  if (success.front() == '3')
    answered["headers"] = {{"Location", {{"description", "Where to go on."}, {"schema", {{"type", "string"}}}}}};
  if (tagged_read(operation) || operation.value("conditional", false))
    answered["headers"] = {{"ETag", {{"$ref", "#/components/headers/ETag"}}}};
  Json all{{success, std::move(answered)}, {"400", error}, {"default", error}};
  if (tagged_read(operation)) all["304"] = {{"$ref", "#/components/responses/NotModified"}};
  if (operation.value("conditional", false)) all["412"] = {{"$ref", "#/components/responses/Changed"}};
  if (!open) {
    all["401"] = error;
    all["403"] = error;
  }
  if (!path_parameters(operation.at("path")).empty()) all["404"] = error;
  return all;
}

Json describe(const Json& operation) {
  const std::string permission = operation.value("permission", "administrator");
  const bool open = permission == "anyone";
  Json made{{"operationId", operation.at("name")}, {"summary", operation.value("summary", "")}};
  made["description"] = open ? Json("Open to everybody.") : Json("Needs the permission `" + permission + "`.");
  if (const auto tag = operation.value("tag", ""); !tag.empty()) made["tags"] = Json::array({tag});

  auto input = input_of(operation);
  if (operation.at("method") != "GET" && !open)
    input.parameters.push_back({{"$ref", "#/components/parameters/IdempotencyKey"}});
  if (operation.value("conditional", false)) input.parameters.push_back({{"$ref", "#/components/parameters/IfMatch"}});
  if (tagged_read(operation)) input.parameters.push_back({{"$ref", "#/components/parameters/IfNoneMatch"}});
  if (!input.parameters.empty()) made["parameters"] = std::move(input.parameters);
  if (!input.body.is_null())
    made["requestBody"] = {{"required", input.body_required},
                           {"content", {{"application/json", {{"schema", std::move(input.body)}}}}}};
  made["responses"] = responses(operation, open);
  if (open) made["security"] = Json::array();
  return made;
}

Json components() {
  const Json error{{"type", "object"},
                   {"required", {"error", "code"}},
                   {"properties",
                    {{"error", {{"type", "string"}, {"description", "A sentence for a person."}}},
                     {"code", {{"type", "string"}, {"description", "Stable and dotted, for a program."}}},
                     {"detail", {{"description", "What the sentence is about; its shape depends on the code."}}},
                     {"request_id", {{"type", "string"}, {"description", "Names the request in the log."}}}}}};
  const Json error_content{{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}};
  return {
      {"schemas", {{"Error", error}}},
      {"parameters",
       {{"IdempotencyKey",
         header_parameter("Idempotency-Key",
                          "Chosen by the caller for one call. For a day the same key with the same request repeats "
                          "the answer, not the deed; with another request it is 422.")},
        {"IfMatch", header_parameter("If-Match",
                                     "The version that is to be changed, as ETag gave it; 412 when it is another "
                                     "by now.")},
        {"IfNoneMatch", header_parameter("If-None-Match", "What the caller has already; 304 when it is the same.")}}},
      {"headers", {{"ETag", {{"description", "The version of what is shown."}, {"schema", {{"type", "string"}}}}}}},
      {"responses",
       {{"Error", {{"description", "Refused or failed"}, {"content", error_content}}},
        {"NotModified", {{"description", "The caller has it already"}}},
        {"Changed",
         {{"description", "Changed since the version of If-Match: `detail` has `yours` and `current`"},
          {"content", error_content}}}}},
      {"securitySchemes",
       {{"bearer", {{"type", "http"}, {"scheme", "bearer"}, {"description", "A token."}}},
        {"session",
         {{"type", "apiKey"},
          {"in", "cookie"},
          {"name", "wyvern_session"},
          {"description", "A session. A call that changes something needs the header X-Requested-With too."}}}}}};
}

}  // namespace

Json openapi(const Json& operations, const std::string& base_path, const std::string& version) {
  Json paths = Json::object();
  std::set<std::string> tags;
  for (const auto& operation : operations) {
    paths[operation.at("path").get<std::string>()][lower(operation.at("method"))] = describe(operation);
    if (const auto tag = operation.value("tag", ""); !tag.empty()) tags.insert(tag);
  }
  Json tag_list = Json::array();
  for (const auto& tag : tags)
    tag_list.push_back({{"name", tag}, {"description", "What Wyvern can do about `" + tag + "`."}});
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Wyvern"},
            {"version", version},
            {"summary", "Media orchestration made of plugins"},
            {"description", "JSON in, JSON out. Every error has `error`, a sentence, and `code`, which is stable."},
            {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"servers", Json::array({{{"url", base_path.empty() ? "/" : base_path}}})},
          {"security", Json::array({{{"bearer", Json::array()}}, {{"session", Json::array()}}})},
          {"tags", std::move(tag_list)},
          {"paths", std::move(paths)},
          {"components", components()}};
}

}  // namespace wyvern::rest
