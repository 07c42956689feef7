// The grammar of tracestate (W3C Trace Context level 1, 3.3.1): a list of key=value, which is not ours to understand.
#include <algorithm>
#include <vector>

#include "trace/trace.hpp"

namespace wyvern::trace {
namespace {

constexpr std::size_t most_members = 32;
constexpr std::size_t most_bytes = 512;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_key_character(char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/'; }

bool is_word(std::string_view text, std::size_t longest, bool digit_first) {
  return !text.empty() && text.size() <= longest && (is_lower(text[0]) || (digit_first && is_digit(text[0]))) &&
         std::all_of(text.begin(), text.end(), &is_key_character);
}

// "vendor", or "tenant@vendor"
bool is_key(std::string_view key) {
  const auto at = key.find('@');
  if (at == std::string_view::npos) return is_word(key, 256, false);
  return is_word(key.substr(0, at), 241, true) && is_word(key.substr(at + 1), 14, false);
}

bool is_value(std::string_view value) {
  return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string sound_trace_state(std::string_view header) {
  std::vector<std::string_view> keys;
  std::string kept;
  bool fits = true;
  while (!header.empty()) {
    const auto end = std::min(header.find(','), header.size());
    const auto member = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    if (member.empty()) continue;
    const auto equals = member.find('=');
    if (equals == std::string_view::npos) return {};
    const auto key = member.substr(0, equals);
    const bool twice = std::find(keys.begin(), keys.end(), key) != keys.end();
    if (twice || keys.size() == most_members || !is_key(key) || !is_value(member.substr(equals + 1))) return {};
    keys.push_back(key);
    fits = fits && kept.size() + (kept.empty() ? 0 : 1) + member.size() <= most_bytes;
    if (!fits) continue;
    if (!kept.empty()) kept += ',';
    kept += member;
  }
  return kept;
}

}  // namespace wyvern::trace
