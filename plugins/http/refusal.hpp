// An answer that the surface makes by itself, because a request never reaches an operation.
#pragma once

#include <string>
#include <string_view>

#include "wyvern/plugin.hpp"

namespace wyvern::http {

struct Refusal {
  int status = 400;
  std::string_view code;  // a literal, "http.not_found"
  std::string message;
  Json detail = Json::object();
  std::string allow;      // for the Allow header of a 405
  bool close = false;     // what follows on the connection cannot be trusted or will not be read
  int retry_after_s = 0;  // for the Retry-After header; 0: none
};

// {"error": …, "code": …, "detail": {…}, "request_id": …}
std::string body_of(const Refusal& refusal, std::string_view request_id);

std::string_view reason_phrase(int status);

}  // namespace wyvern::http
