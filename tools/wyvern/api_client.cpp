#include "api_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <set>

namespace wyvern::cli {
namespace {

struct Close {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, Close>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

Headers headers_for(const Server& server) {
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  if (!server.token.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + server.token).c_str());
  return {list, &curl_slist_free_all};
}

Error unreachable(const Server& server, CURLcode code) {
  return {WYV_UNAVAILABLE, "cli.unreachable",
          server.url + " cannot be reached: " + curl_easy_strerror(code) +
              "; is wyvernd running, and is --url (or WYVERN_URL) right?",
          "", true};
}

std::string encoded(const std::string& text) {
  const Handle curl(curl_easy_init());
  char* escaped = curl_easy_escape(curl.get(), text.c_str(), static_cast<int>(text.size()));
  std::string result = escaped != nullptr ? escaped : text;
  curl_free(escaped);
  return result;
}

std::string as_text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

Result<Json> arguments_of(const std::vector<std::string>& arguments) {
  Json all = Json::object();
  for (const auto& argument : arguments) {
    if (!argument.empty() && argument.front() == '{') {
      const Json object = Json::parse(argument, nullptr, false);
      if (!object.is_object()) return Error{WYV_INVALID, "cli.argument", "not a JSON object: " + argument, "", false};
      all.update(object);
      continue;
    }
    const auto equals = argument.find('=');
    if (equals == std::string::npos) {
      return Error{WYV_INVALID, "cli.argument", "an argument is NAME=VALUE or a JSON object, not '" + argument + "'",
                   "", false};
    }
    const std::string text = argument.substr(equals + 1);
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) value = text;
    all[argument.substr(0, equals)] = std::move(value);
  }
  return all;
}

}  // namespace

Result<Answer> request(const Server& server, const std::string& method, const std::string& path, const Json* body) {
  const Handle curl(curl_easy_init());
  const Headers headers = headers_for(server);
  const std::string url = server.url + path;
  const std::string text = body != nullptr ? body->dump() : std::string();
  Answer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  if (body != nullptr) curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, text.c_str());
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return unreachable(server, code);
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

Result<Json> operations(const Server& server) {
  auto answer = request(server, "GET", "/openapi.json", nullptr);
  if (!answer) return std::move(answer).error();
  const Json document = Json::parse(answer->body, nullptr, false);
  if (!document.is_object() || !document.contains("paths")) {
    return Error{WYV_INTERNAL, "cli.document", server.url + "/openapi.json is not an OpenAPI document", "", false};
  }
  Json all = Json::array();
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, described] : methods.items()) {
      if (!described.is_object() || !described.contains("operationId")) continue;
      std::string upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
      all.push_back({{"name", described["operationId"]},
                     {"method", upper},
                     {"path", path},
                     {"summary", described.value("summary", "")},
                     {"parameters", described.value("parameters", Json::array())}});
    }
  }
  return all;
}

Result<Answer> call(const Server& server, const std::string& operation, const std::vector<std::string>& given) {
  auto arguments = arguments_of(given);
  if (!arguments) return std::move(arguments).error();
  auto known = operations(server);
  if (!known) return std::move(known).error();
  const auto found =
      std::find_if(known->begin(), known->end(), [&](const Json& one) { return one["name"] == operation; });
  if (found == known->end()) {
    return Error{WYV_NOT_FOUND, "cli.operation",
                 "the server has no operation '" + operation + "'; see `wyvern operations`", "", false};
  }
  std::string path = (*found)["path"].get<std::string>();
  std::string query;
  for (const auto& parameter : (*found)["parameters"]) {
    const std::string name = parameter.value("name", "");
    if (!arguments->contains(name)) continue;
    const std::string value = encoded(as_text((*arguments)[name]));
    if (parameter.value("in", "") == "path") {
      const std::string place = "{" + name + "}";
      path.replace(path.find(place), place.size(), value);
    } else if (parameter.value("in", "") == "query") {
      query += (query.empty() ? "?" : "&") + name + "=" + value;
    } else {
      continue;
    }
    arguments->erase(name);
  }
  if (const auto open = path.find('{'); open != std::string::npos) {
    const std::string name = path.substr(open + 1, path.find('}', open) - open - 1);
    return Error{WYV_INVALID, "cli.argument", operation + " needs " + name + "=…", "", false};
  }
  const std::string method = (*found)["method"].get<std::string>();
  const bool has_body = method != "GET" && method != "DELETE";
  return request(server, method, path + query, has_body ? &*arguments : nullptr);
}

Result<void> follow(const Server& server, const std::string& path, const std::function<bool(std::string_view)>& line) {
  struct Reading {
    const std::function<bool(std::string_view)>& line;
    std::string rest;
    bool ended = false;
  } reading{line, {}, false};
  const Handle curl(curl_easy_init());
  const Headers headers = headers_for(server);
  const std::string url = server.url + path;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &reading);
  curl_easy_setopt(
      curl.get(), CURLOPT_WRITEFUNCTION,
      +[](char* data, std::size_t size, std::size_t count, void* self) -> std::size_t {
        auto& state = *static_cast<Reading*>(self);
        state.rest.append(data, size * count);
        for (auto end = state.rest.find('\n'); end != std::string::npos; end = state.rest.find('\n')) {
          if (!state.line(std::string_view(state.rest).substr(0, end))) {
            state.ended = true;
            return 0;
          }
          state.rest.erase(0, end + 1);
        }
        return size * count;
      });
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK && !reading.ended) return unreachable(server, code);
  return {};
}

}  // namespace wyvern::cli
