// Calls the REST API by the names of operations, as its own OpenAPI document describes them.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "wyvern/result.hpp"

namespace wyvern::cli {

using Json = nlohmann::json;

struct Server {
  std::string url;    // "http://127.0.0.1:8080/api/v1"
  std::string token;  // may be empty
};

struct Answer {
  long status = 0;
  std::string body;
};

// One request; errors when there is no answer at all.
Result<Answer> request(const Server& server, const std::string& method, const std::string& path, const Json* body);

// The operations that the server offers, from its OpenAPI document: [{name, method, path, summary, parameters}].
Result<Json> operations(const Server& server);

// Calls an operation. `arguments` are NAME=VALUE, where VALUE is JSON when it can be read as such and text otherwise,
// or one JSON object. Those that the path or the query names go there, the rest into the body.
Result<Answer> call(const Server& server, const std::string& operation, const std::vector<std::string>& arguments);

// Reads a stream (GET /events) line by line until it ends or `line` returns false.
Result<void> follow(const Server& server, const std::string& path, const std::function<bool(std::string_view)>& line);

}  // namespace wyvern::cli
