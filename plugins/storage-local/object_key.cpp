#include "object_key.hpp"

#include <algorithm>
#include <cstdint>

#include "wyvern/result.hpp"

namespace wyvern::local {

namespace {

constexpr std::size_t kLongestKey = 1024;
constexpr std::size_t kLongestPart = 255;

// The number of bytes of the character at the front, or 0 when it is not well-formed UTF-8 or a control character.
std::size_t printable_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) return first < 0x20 || first == 0x7F ? 0 : 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (size == 0 || first > 0xF4) return 0;
  std::uint32_t code = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0xA0, 0x800, 0x10000};  // from 0x80 to 0x9F are controls
  if (code < kSmallest[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return 0;
  return size;
}

const char* fault_of(std::string_view part) {
  if (part.empty()) return "it has an empty part";
  if (part == "." || part == "..") return "'.' and '..' are not allowed";
  if (part.size() > kLongestPart) return "a part of it is longer than 255 bytes";
  if (part.starts_with(kTemporaryPrefix)) return "such names are kept for files that are being written";
  for (std::size_t i = 0; i < part.size();) {
    const std::size_t size = printable_character(part.substr(i));
    if (size == 0) return "it holds a control character or is not UTF-8";
    i += size;
  }
  return nullptr;
}

Failure bad_key(std::string_view key, const char* fault) {
  std::string shown;
  for (const char c : key.substr(0, 100)) shown += static_cast<unsigned char>(c) < 0x20 || c < 0 || c == 0x7F ? '?' : c;
  return {WYV_INVALID, "storage.bad_key", "the key '" + shown + "' cannot be used: " + fault};
}

}  // namespace

bool good_part(std::string_view part) { return fault_of(part) == nullptr; }

void check_key(std::string_view key) {
  if (key.empty()) throw bad_key(key, "it is empty");
  if (key.front() == '/') throw bad_key(key, "it must be relative to the storage's root");
  if (key.size() > kLongestKey) throw bad_key(key, "it is longer than 1024 bytes");
  for (std::size_t begin = 0; begin <= key.size();) {
    const std::size_t end = std::min(key.find('/', begin), key.size());
    if (const char* fault = fault_of(key.substr(begin, end - begin))) throw bad_key(key, fault);
    begin = end + 1;
  }
}

std::pair<std::string, std::string> split_key(std::string_view key) {
  const auto slash = key.rfind('/');
  if (slash == std::string_view::npos) return {".", std::string(key)};
  return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

}  // namespace wyvern::local
