// The Range header of HTTP, as far as media players use it: one range of bytes.
#pragma once

#include <cstdint>
#include <string_view>

namespace wyvern::library {

struct ByteRange {
  enum class Kind {
    whole,          // no range, or one that is not understood: all bytes are sent
    part,           // `first` and `size` say which
    unsatisfiable,  // beyond the end
  };
  Kind kind = Kind::whole;
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

ByteRange parse_range(std::string_view header, std::uint64_t total_bytes);

}  // namespace wyvern::library
