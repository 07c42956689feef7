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

std::uint32_t bits_of(FrameMark mark) {
  const std::uint32_t value =
      static_cast<std::uint32_t>(mark.clip & 63) << 16 | static_cast<std::uint32_t>(mark.number & 0xffff);
  return value << 10 | checksum(value);
}

int level_of(std::uint32_t bits, int block) { return (bits >> (31 - block)) & 1 ? white : black; }

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
  const std::uint32_t bits = bits_of(mark);
  for (int block = 0; block < columns * rows; ++block) {
    const auto x = part(area.x, area.width, block % columns, columns, 0);
    const auto y = part(area.y, area.height / 2, block / columns, rows, 0);
    const int level = level_of(bits, block);
    for (int row = y.from; row < y.to; ++row)
      std::memset(luma + static_cast<std::ptrdiff_t>(row) * stride + x.from, level,
                  static_cast<std::size_t>(x.to - x.from));
  }
}

MarkLevels mark_levels(const std::uint8_t* luma, int stride, const Area& area) {
  MarkLevels levels{};
  for (int block = 0; block < columns * rows; ++block) {
    const auto x = part(area.x, area.width, block % columns, columns, 0.35);
    const auto y = part(area.y, area.height / 2, block / columns, rows, 0.35);
    std::int64_t sum = 0;
    for (int row = y.from; row < y.to; ++row)
      for (int column = x.from; column < x.to; ++column)
        sum += luma[static_cast<std::ptrdiff_t>(row) * stride + column];
    levels[static_cast<std::size_t>(block)] =
        static_cast<std::uint8_t>(sum / std::max(1, (x.to - x.from) * (y.to - y.from)));
  }
  return levels;
}

std::optional<FrameMark> read_mark(const std::uint8_t* luma, int stride, const Area& area) {
  std::uint32_t bits = 0;
  for (const int level : mark_levels(luma, stride, area)) {
    if (level > 90 && level < 165) return std::nullopt;  // neither: a blend, or no mark at all
    bits = bits << 1 | (level > 127 ? 1U : 0U);
  }
  if (checksum(bits >> 10) != (bits & 0x3ff)) return std::nullopt;
  return FrameMark{static_cast<int>(bits >> 26), static_cast<int>(bits >> 10 & 0xffff)};
}

std::optional<double> share_of(FrameMark to, FrameMark from, const MarkLevels& levels) {
  constexpr double tolerance = 12;  // of brightness, for the encoder
  double sum = 0;
  int differing = 0;
  for (int block = 0; block < columns * rows; ++block) {
    const double of_from = level_of(bits_of(from), block);
    const double of_to = level_of(bits_of(to), block);
    if (of_from == of_to) continue;
    sum += (levels[static_cast<std::size_t>(block)] - of_from) / (of_to - of_from);
    ++differing;
  }
  if (differing == 0) return std::nullopt;
  const double share = sum / differing;
  for (int block = 0; block < columns * rows; ++block) {
    const double due = (1 - share) * level_of(bits_of(from), block) + share * level_of(bits_of(to), block);
    if (std::abs(levels[static_cast<std::size_t>(block)] - due) > tolerance) return std::nullopt;
  }
  return share;
}

}  // namespace wyvern::media
