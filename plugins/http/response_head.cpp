#include "response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "refusal.hpp"
#include "wyvern/view.hpp"

namespace wyvern::http {
namespace {

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

bool is(std::string_view name, std::string_view lower) {
  return name.size() == lower.size() && std::equal(name.begin(), name.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         });
}

bool belongs_to_connection(std::string_view name) {
  constexpr std::array own{std::string_view("connection"),
                           std::string_view("content-length"),
                           std::string_view("content-type"),
                           std::string_view("transfer-encoding"),
                           std::string_view("keep-alive"),
                           std::string_view("upgrade"),
                           std::string_view("trailer"),
                           std::string_view("date"),
                           std::string_view("server"),
                           std::string_view("x-request-id"),
                           std::string_view("x-content-type-options")};
  return std::any_of(own.begin(), own.end(), [&](std::string_view lower) { return is(name, lower); });
}

void append_number(std::string& to, std::uint64_t number) {
  std::array<char, 20> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  to.append(digits.data(), end);
}

// The date changes once a second, its text is made as often.
std::string_view date() {
  thread_local std::time_t at = -1;
  thread_local std::array<char, 32> text;
  thread_local std::size_t size = 0;
  if (const auto now = std::time(nullptr); now != at) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    at = now;
  }
  return {text.data(), size};
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_head(std::string& to, const ResponseHead& head) {
  to += "HTTP/1.1 ";
  append_number(to, static_cast<std::uint64_t>(head.status));
  to += ' ';
  to += reason_phrase(head.status);
  to += "\r\nDate: ";
  to += date();
  if (!head.content_type.empty() && is_value(head.content_type)) {
    to += "\r\nContent-Type: ";
    to += head.content_type;
  }
  if (head.chunked) {
    to += "\r\nTransfer-Encoding: chunked";
  } else if (head.length != unknown_length && has_body(head.status)) {
    to += "\r\nContent-Length: ";
    append_number(to, head.length);
  }
  bool cache_control = false;
  for (std::uint32_t i = 0; i < head.header_count; ++i) {
    const auto name = text(head.headers[i].name);
    const auto value = text(head.headers[i].value);
    if (!is_token(name) || !is_value(value) || belongs_to_connection(name)) continue;
    cache_control = cache_control || is(name, "cache-control");
    to += "\r\n";
    to += name;
    to += ": ";
    to += value;
    // Other bytes under the same tag would be a lie; the request's tags lose the mark again (see Exchange).
    if (head.gzip && is(name, "etag") && to.back() == '"') to.insert(to.size() - 1, gzip_mark);
  }
  if (head.varies_by_encoding || head.varies_by_origin) {
    to += "\r\nVary: ";
    if (head.varies_by_encoding) to += "Accept-Encoding";
    if (head.varies_by_encoding && head.varies_by_origin) to += ", ";
    if (head.varies_by_origin) to += "Origin";
  }
  if (head.gzip) to += "\r\nContent-Encoding: gzip";
  to += head.cross_origin;
  if (!cache_control) to += "\r\nCache-Control: no-store";
  if (!head.allow.empty()) {
    to += "\r\nAllow: ";
    to += head.allow;
  }
  to += "\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: ";
  to += head.request_id;
  if (head.close)
    to += "\r\nConnection: close";
  else if (head.keep_alive_1_0)
    to += "\r\nConnection: keep-alive";
  to += "\r\n\r\n";
}

}  // namespace wyvern::http
