#include "cross_origin.hpp"

#include <algorithm>

namespace wyvern::http {
namespace {

constexpr std::string_view exposed =
    "\r\nAccess-Control-Expose-Headers: ETag, Location, Idempotency-Replayed, X-Request-Id";
constexpr std::string_view request_headers =
    "\r\nAccess-Control-Allow-Headers: Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
    "If-Range, "
    "Last-Event-ID, Range, Traceparent, X-Requested-With, X-Request-Id";

}  // namespace

CrossOrigin::CrossOrigin(const Settings& settings)
    : origins_(settings.cors_origins), credentials_(settings.cors_credentials) {
  for (const auto& origin : origins_) {
    if (origin == "*") {
      if (credentials_)
        throw Failure(WYV_INVALID, "http.cors",
                      "cors.credentials with the origin * would open every session to every page: name the origins");
      continue;
    }
    const auto scheme = origin.find("://");
    if (scheme == std::string::npos || origin.find('/', scheme + 3) != std::string::npos || origin.size() == scheme + 3)
      throw Failure(WYV_INVALID, "http.cors",
                    "'" + origin + "' is no origin; write scheme://host or scheme://host:port, without a path");
  }
}

bool CrossOrigin::allowed(std::string_view origin) const {
  return !origin.empty() && std::any_of(origins_.begin(), origins_.end(),
                                        [&](const std::string& known) { return known == "*" || known == origin; });
}

std::string CrossOrigin::of_answer(std::string_view origin) const {
  if (!allowed(origin)) return {};
  std::string lines = "\r\nAccess-Control-Allow-Origin: ";
  lines += origin;
  if (credentials_) lines += "\r\nAccess-Control-Allow-Credentials: true";
  lines += exposed;
  return lines;
}

std::string CrossOrigin::of_preflight(std::string_view origin, std::string_view allow) const {
  auto lines = of_answer(origin);
  if (lines.empty()) return lines;
  lines += "\r\nAccess-Control-Allow-Methods: ";
  lines += allow;
  lines += request_headers;
  lines += "\r\nAccess-Control-Max-Age: 600";
  return lines;
}

}  // namespace wyvern::http
