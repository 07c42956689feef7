// A machine-readable number in a picture: 32 black or white blocks in the upper half, large enough to survive scaling,
// letterboxing and a fast encoder. Ten bits of it are a checksum, so that a blend or a slate is not taken for a number.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace wyvern::media {

struct FrameMark {
  int clip = 0;    // 0 to 63
  int number = 0;  // 0 to 65535: the frame of the clip
  bool operator==(const FrameMark&) const = default;
};

// Where a picture of that shape lies within another raster.
struct Area {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Area&) const = default;
};
Area fitted(double display_aspect, int width, int height);

void draw_mark(std::uint8_t* luma, int stride, const Area& area, FrameMark mark);
std::optional<FrameMark> read_mark(const std::uint8_t* luma, int stride, const Area& area);

// The brightness of each block where a mark is, or a blend of two.
using MarkLevels = std::array<std::uint8_t, 32>;
MarkLevels mark_levels(const std::uint8_t* luma, int stride, const Area& area);
// How much of the picture with the mark `to` is in a blend with the one that has `from`: 0 to 1. Nothing when it is no
// blend of these two.
std::optional<double> share_of(FrameMark to, FrameMark from, const MarkLevels& levels);

}  // namespace wyvern::media
