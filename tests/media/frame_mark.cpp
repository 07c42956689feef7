#include "frame_mark.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace wyvern::media {

namespace {

constexpr int columns = 8;
constexpr int rows = 4;
constexpr int black = 24;
constexpr int white = 226;

std::uint32_t checksum(std::uint32_t value) {
  std::uint32_t crc = 0x2a5;
  for (int bit = 21; bit >= 0; --bit) {
    const bool top = ((crc >> 9) ^ (value >> bit)) & 1;
    crc = (crc << 1) & 0x3ff;
    if (top) crc ^= 0x233;
  }
  return crc;
}

struct Span {
  int from;
  int to;
};
Span part(int start, int length, int index, int count, double margin) {
  const double step = static_cast<double>(length) / count;
  return {start + static_cast<int>(std::lround((index + margin) * step)),
          start + static_cast<int>(std::lround((index + 1 - margin) * step))};
}

}  // namespace

Area fitted(double display_aspect, int width, int height) {
  const double house = static_cast<double>(width) / height;
  Area area{0, 0, width, height};
  if (display_aspect > house) {
    area.height = static_cast<int>(std::lround(width / display_aspect));
    area.y = (height - area.height) / 2;
  } else {
    area.width = static_cast<int>(std::lround(height * display_aspect));
    area.x = (width - area.width) / 2;
  }
  return area;
}

void draw_mark(std::uint8_t* luma, int stride, const Area& area, FrameMark mark) {
  const std::uint32_t value =
      static_cast<std::uint32_t>(mark.clip & 63) << 16 | static_cast<std::uint32_t>(mark.number & 0xffff);
  const std::uint32_t bits = value << 10 | checksum(value);
  for (int block = 0; block < columns * rows; ++block) {
    const auto x = part(area.x, area.width, block % columns, columns, 0);
    const auto y = part(area.y, area.height / 2, block / columns, rows, 0);
    const int level = (bits >> (31 - block)) & 1 ? white : black;
    for (int row = y.from; row < y.to; ++row)
      std::memset(luma + static_cast<std::ptrdiff_t>(row) * stride + x.from, level,
                  static_cast<std::size_t>(x.to - x.from));
  }
}

std::optional<FrameMark> read_mark(const std::uint8_t* luma, int stride, const Area& area) {
  std::uint32_t bits = 0;
  for (int block = 0; block < columns * rows; ++block) {
    const auto x = part(area.x, area.width, block % columns, columns, 0.35);
    const auto y = part(area.y, area.height / 2, block / columns, rows, 0.35);
    std::int64_t sum = 0;
    for (int row = y.from; row < y.to; ++row)
      for (int column = x.from; column < x.to; ++column)
        sum += luma[static_cast<std::ptrdiff_t>(row) * stride + column];
    const std::int64_t level = sum / std::max(1, (x.to - x.from) * (y.to - y.from));
    if (level > 90 && level < 165) return std::nullopt;  // neither: a blend, or no mark at all
    bits = bits << 1 | (level > 127 ? 1U : 0U);
  }
  if (checksum(bits >> 10) != (bits & 0x3ff)) return std::nullopt;
  return FrameMark{static_cast<int>(bits >> 26), static_cast<int>(bits >> 10 & 0xffff)};
}

}  // namespace wyvern::media
