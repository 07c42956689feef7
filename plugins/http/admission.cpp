#include "admission.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace wyvern::http {
namespace {

bool is_json(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find_first_of("; \t"));
  const auto equal = [](std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
             return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
           });
  };
  return equal(type, "application/json") || (type.size() > 17 && equal(type.substr(0, 12), "application/") &&
                                             equal(type.substr(type.size() - 5), "+json"));
}

std::optional<Refusal> check_endpoint(const Request& request, const Target& target, const Router::Match& match) {
  if (match.allow.empty())
    return Refusal{404, "http.not_found", "nothing is found at this path", {{"path", target.path()}}, {}, false};
  if (match.endpoint == nullptr) {
    if (request.method == "OPTIONS") return std::nullopt;
    return Refusal{405,
                   "http.method",
                   "this path does not answer to " + request.method,
                   {{"allow", match.allow}},
                   std::string(match.allow),
                   false};
  }
  for (const auto& name : match.endpoint->parameters)
    for (const auto& [key, ignored] : target.query())
      if (key == name)
        return Refusal{400,
                       "http.duplicate_field",
                       "the query names '" + name + "', which the path gives already",
                       {{"field", name}},
                       {},
                       false};
  return std::nullopt;
}

std::optional<Refusal> check_body(const Request& request, std::size_t limit) {
  if (!request.has_body()) return std::nullopt;
  if (!request.content_type.empty() && !is_json(request.content_type))
    return Refusal{415,
                   "http.media_type",
                   "a body is taken as application/json only",
                   {{"content_type", request.content_type}},
                   {},
                   false};
  if (request.content_length.value_or(0) > limit)
    return Refusal{413,
                   "http.body_too_large",
                   "the body is larger than the " + std::to_string(limit) + " bytes that are allowed here",
                   {{"limit_bytes", limit}},
                   {},
                   true};
  return std::nullopt;
}

}  // namespace

Admission admit(const Request& request, const Router& router, const Settings& settings, Target& target,
                Router::Match& match) {
  if (auto refusal = target.parse(request.target)) return {std::move(refusal)};
  if (target.asterisk()) {
    match = {};
    match.allow = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE";
  } else {
    match = router.match(request.method, target.segments());
  }
  if (auto refusal = check_endpoint(request, target, match)) return {std::move(refusal)};
  auto limit = settings.max_body_bytes;
  if (match.endpoint != nullptr && match.endpoint->operation != nullptr)
    limit = match.endpoint->operation->body_limit_bytes.value_or(limit);
  return {check_body(request, limit), limit};
}

}  // namespace wyvern::http
