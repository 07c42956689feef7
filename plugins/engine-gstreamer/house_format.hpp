// The format of a channel, and time computed from the number of a frame: never accumulated, so that it never drifts.
#pragma once

#include <cstdint>
#include <string>

namespace wyvern::feeder {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t sample_rate = 48'000;

// value * by / over, rounded down, without overflow on the way.
constexpr std::int64_t scale(std::int64_t value, std::int64_t by, std::int64_t over) {
  const __int128 product = static_cast<__int128>(value) * by;
  __int128 quotient = product / over;
  if (product % over != 0 && (product < 0) != (over < 0)) --quotient;
  return static_cast<std::int64_t>(quotient);
}

struct HouseFormat {
  std::string name;
  int width = 1920;
  int height = 1080;
  std::int64_t rate_num = 25;  // frames, not fields, in rate_den seconds
  std::int64_t rate_den = 1;
  bool interlaced = false;
  int channels = 2;

  // When frame n is due, counted from frame 0.
  constexpr std::int64_t time_ns(std::int64_t n) const { return scale(n, rate_den * second_ns, rate_num); }
  // The first sample of frame n, so that frame n has sample(n + 1) - sample(n) of them.
  constexpr std::int64_t sample(std::int64_t n) const { return scale(n, sample_rate * rate_den, rate_num); }
  // How many frames begin within that time: the number of the frame that is on at `ns`.
  constexpr std::int64_t frame_at(std::int64_t ns) const { return scale(ns, rate_num, rate_den * second_ns); }
  // A length, to the nearest frame.
  constexpr std::int64_t nearest_frames(std::int64_t ns) const {
    return scale(2 * ns, rate_num, rate_den * second_ns) - frame_at(ns);
  }
};

// The whole rate conversion: a picture at `ns` after the in point is due at this index of the item. The tolerance
// takes the rounding of containers' clocks (Matroska counts in milliseconds). The first picture of an index is kept.
constexpr std::int64_t house_index(const HouseFormat& format, std::int64_t ns) {
  constexpr std::int64_t tolerance_ns = 1'500'000;
  return format.frame_at(ns + tolerance_ns);
}

}  // namespace wyvern::feeder
