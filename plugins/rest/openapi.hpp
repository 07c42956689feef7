// The OpenAPI 3.1 description of a list of operations.
#pragma once

#include <string>

#include "wyvern/plugin.hpp"

namespace wyvern::rest {

// `operations` is the list of wyvern.host.operations/1; `base_path` is where they are served, "" or "/api/v1".
//
// An operation's request schema holds path, query and body in one object. A property that the path names becomes a path
// parameter. Of the rest, a GET, HEAD or DELETE takes query parameters and any other method a body; a property with
// "x-in": "query" is a query parameter everywhere.
Json openapi(const Json& operations, const std::string& base_path, const std::string& version);

}  // namespace wyvern::rest
