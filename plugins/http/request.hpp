// A request as it came in: what later steps need of it, and nothing else. Reused from request to request, so that a
// connection in its stride allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wyvern::http {

// Headers that operations see, by their lower-case name. Of cookies only the one of a login under way, never a session.
enum class Carried : std::size_t {
  idempotency_key,
  if_match,
  if_none_match,
  if_range,
  range,
  last_event_id,
  request_id,
  tracestate,
  cookie
};
inline constexpr std::array<std::string_view, 9> carried_names{"idempotency-key", "if-match",   "if-none-match",
                                                               "if-range",        "range",      "last-event-id",
                                                               "x-request-id",    "tracestate", "cookie"};

struct Request {
  std::string method;
  std::string target;
  std::string content_type;
  std::string bearer;   // of Authorization: Bearer
  std::string session;  // the cookie wyvern_session
  std::string requested_with;
  std::string traceparent;
  std::string origin;
  std::string accept_encoding;
  std::array<std::string, carried_names.size()> carried;
  std::string body;

  bool keep_alive = true;
  bool http_1_0 = false;
  bool expects_continue = false;
  bool chunked = false;
  bool preflight = false;  // a browser asks what a page may send (CORS)
  std::optional<std::uint64_t> content_length;

  const std::string& request_id() const { return carried[static_cast<std::size_t>(Carried::request_id)]; }
  std::string& request_id() { return carried[static_cast<std::size_t>(Carried::request_id)]; }
  bool has_body() const { return chunked || content_length.value_or(0) > 0; }

  void clear() {
    for (auto* text : {&method, &target, &content_type, &bearer, &session, &requested_with, &traceparent, &origin,
                       &accept_encoding, &body})
      text->clear();
    for (auto& text : carried) text.clear();
    if (body.capacity() > largest_kept_body) std::string().swap(body);
    keep_alive = true;
    http_1_0 = expects_continue = chunked = preflight = false;
    content_length.reset();
  }

 private:
  static constexpr std::size_t largest_kept_body = 64 * 1024;
};

}  // namespace wyvern::http
