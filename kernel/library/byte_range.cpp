#include "library/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace wyvern::library {
namespace {

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [at, fault] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || fault != std::errc() || at != end) return std::nullopt;
  return value;
}

}  // namespace

ByteRange parse_range(std::string_view header, std::uint64_t total_bytes) {
  const ByteRange whole{ByteRange::Kind::whole, 0, total_bytes};
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit)) return whole;
  header.remove_prefix(unit.size());
  const auto dash = header.find('-');
  // Several ranges would need a multipart answer, which a server may decline by sending everything.
  if (dash == std::string_view::npos || header.find(',') != std::string_view::npos) return whole;
  const auto from = number(header.substr(0, dash));
  const auto to = number(header.substr(dash + 1));
  const bool open_start = dash == 0;
  const bool open_end = dash + 1 == header.size();
  if ((!open_start && !from) || (!open_end && !to) || (open_start && open_end)) return whole;

  if (open_start) {
    const auto size = std::min(*to, total_bytes);
    if (size == 0) return {ByteRange::Kind::unsatisfiable, 0, 0};
    return {ByteRange::Kind::part, total_bytes - size, size};
  }
  if (to && *to < *from) return whole;
  if (*from >= total_bytes) return {ByteRange::Kind::unsatisfiable, 0, 0};
  const auto last = std::min(to.value_or(total_bytes - 1), total_bytes - 1);
  return {ByteRange::Kind::part, *from, last - *from + 1};
}

}  // namespace wyvern::library
