#include "utf8_text.hpp"

#include <cstddef>

namespace wyvern::sqlite {

namespace {

// The number of bytes of the character at the front; 0 when it is malformed. The second byte's range keeps out
// overlong forms, surrogates and what lies beyond U+10FFFF (Unicode, table 3-7).
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  const unsigned lowest = first == 0xE0 ? 0xA0U : first == 0xF0 ? 0x90U : 0x80U;
  const unsigned highest = first == 0xED ? 0x9FU : first == 0xF4 ? 0x8FU : 0xBFU;
  if (byte(1) < lowest || byte(1) > highest) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  return size;
}

}  // namespace

bool is_utf8_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t size = byte == 0 ? 0 : byte < 0x80 ? 1 : character_size(text.substr(i));
    if (size == 0) return false;
    i += size;
  }
  return true;
}

}  // namespace wyvern::sqlite
