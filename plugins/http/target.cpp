#include "target.hpp"

#include <algorithm>
#include <cstdint>

namespace wyvern::http {
namespace {

Refusal bad_target(std::string message) { return {400, "http.target", std::move(message), Json::object(), {}, false}; }

int hex(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool has_control(std::string_view text) { return std::any_of(text.begin(), text.end(), is_control); }

// "http://host:port/path" is what a proxy's client sends; a server must take it too.
std::string_view without_origin(std::string_view target) {
  if (target.empty() || target.front() == '/') return target;
  const auto scheme = target.find("://");
  if (scheme == std::string_view::npos) return target;
  const auto path = target.find_first_of("/?", scheme + 3);
  if (path == std::string_view::npos || target[path] == '?') return "/";
  return target.substr(path);
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = p + text.size();
  while (p < end) {
    if (*p < 0x80) {
      ++p;
      continue;
    }
    std::uint32_t point = 0;
    std::ptrdiff_t more = 0;
    std::uint32_t least = 0;
    if ((*p & 0xe0) == 0xc0) {
      point = *p & 0x1f, more = 1, least = 0x80;
    } else if ((*p & 0xf0) == 0xe0) {
      point = *p & 0x0f, more = 2, least = 0x800;
    } else if ((*p & 0xf8) == 0xf0) {
      point = *p & 0x07, more = 3, least = 0x10000;
    } else {
      return false;
    }
    if (end - p <= more) return false;
    for (++p; more > 0; --more, ++p) {
      if ((*p & 0xc0) != 0x80) return false;
      point = (point << 6) | (*p & 0x3f);
    }
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
  }
  return true;
}

std::optional<Refusal> Target::parse(std::string_view target) {
  segments_.clear();
  query_.clear();
  decoded_.clear();
  decoded_.reserve(target.size());  // decoding never grows
  path_ = {};
  asterisk_ = target == "*";
  if (asterisk_) return std::nullopt;

  target = without_origin(target);
  if (target.empty() || target.front() != '/') return bad_target("the target of the request is no path");
  if (target.find('#') != std::string_view::npos) return bad_target("the target of the request has a fragment");
  const auto mark = target.find('?');
  if (auto refusal = parse_path(target.substr(0, mark))) return refusal;
  if (mark == std::string_view::npos) return std::nullopt;
  return parse_query(target.substr(mark + 1));
}

std::optional<Refusal> Target::parse_path(std::string_view path) {
  path_ = path;
  for (std::size_t at = 1; at <= path.size();) {
    const auto slash = std::min(path.find('/', at), path.size());
    const auto segment = decode(path.substr(at, slash - at), false);
    if (!segment) return bad_target("the path has a broken percent escape or is not UTF-8");
    if (has_control(*segment)) return bad_target("the path has a control character");
    if (*segment == "." || *segment == "..") return bad_target("the path has a dot segment");
    if (segment->find('/') != std::string_view::npos) return bad_target("a segment of the path has an encoded slash");
    segments_.push_back(*segment);
    at = slash + 1;
  }
  return std::nullopt;
}

std::optional<Refusal> Target::parse_query(std::string_view query) {
  for (std::size_t at = 0; at <= query.size();) {
    const auto end = std::min(query.find('&', at), query.size());
    const auto pair = query.substr(at, end - at);
    at = end + 1;
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto key = decode(pair.substr(0, equals), true);
    const auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!key || !value) return bad_target("the query has a broken percent escape or is not UTF-8");
    if (key->empty() || has_control(*key)) return bad_target("the query has a field without a proper name");
    if (value->find('\0') != std::string_view::npos)
      return bad_target("the query field '" + std::string(*key) + "' has a NUL");
    for (const auto& [known, ignored] : query_)
      if (known == *key)
        return Refusal{
            400,  "http.duplicate_field", "the query names '" + std::string(*key) + "' twice", {{"field", *key}}, {},
            false};
    if (query_.size() == max_query_fields) return bad_target("the query has too many fields");
    query_.emplace_back(*key, *value);
  }
  return std::nullopt;
}

std::optional<std::string_view> Target::decode(std::string_view text, bool plus_is_space) {
  const bool escaped =
      std::any_of(text.begin(), text.end(), [&](char c) { return c == '%' || (plus_is_space && c == '+'); });
  if (!escaped) return is_utf8(text) ? std::optional(text) : std::nullopt;
  const auto begin = decoded_.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex(text[i + 1]);
      const int low = hex(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded_.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded_.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  const auto result = std::string_view(decoded_).substr(begin);
  return is_utf8(result) ? std::optional(result) : std::nullopt;
}

}  // namespace wyvern::http
