// A request to somebody who is not quite trusted: bounded in time and size, without redirects.
#pragma once

#include <string>

namespace wyvern::identity {

struct FetchRequest {
  std::string url;
  std::string form = {};           // application/x-www-form-urlencoded; with one it is a POST
  std::string authorization = {};  // the header's value
};

struct Fetched {
  long status = 0;  // 0: nothing was answered, and `fault` says why
  std::string body;
  std::string fault;
};

// Blocks for 10 s at most. https only, or http to a loopback address; proxies as the environment says, and none to
// loopback. Thread-safe.
Fetched bounded_fetch(const FetchRequest& request);

// Whether `url` is http to localhost, 127.0.0.0/8 or [::1], as the one who asks reads it.
bool is_loopback_http(const std::string& url);
bool is_https(const std::string& url);
// For forms and queries.
std::string url_escaped(const std::string& text);

}  // namespace wyvern::identity
