// The target of a request, taken apart and decoded once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "refusal.hpp"

namespace wyvern::http {

// Views into the text that was parsed and into `decoded`; valid as long as both stay as they are.
class Target {
 public:
  // A refusal for what no honest client sends: broken escapes, dot segments, control characters, text that is not
  // UTF-8, an encoded slash in a segment, a query key twice.
  std::optional<Refusal> parse(std::string_view target);

  const std::vector<std::string_view>& segments() const { return segments_; }
  const std::vector<std::pair<std::string_view, std::string_view>>& query() const { return query_; }
  std::string_view path() const { return path_; }
  bool asterisk() const { return asterisk_; }  // "OPTIONS *"

 private:
  std::optional<Refusal> parse_path(std::string_view path);
  std::optional<Refusal> parse_query(std::string_view query);
  std::optional<std::string_view> decode(std::string_view text, bool plus_is_space);

  static constexpr std::size_t max_query_fields = 64;

  std::string decoded_;  // reserved before use, so that views into it stay
  std::string_view path_;
  std::vector<std::string_view> segments_;
  std::vector<std::pair<std::string_view, std::string_view>> query_;
  bool asterisk_ = false;
};

// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace wyvern::http
