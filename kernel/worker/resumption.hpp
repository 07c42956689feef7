// Where a list goes on after its worker ended: at the position that it would have reached by now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "worker/on_air.hpp"

namespace wyvern::worker {

struct Rate {
  std::int64_t num = 25, den = 1;

  std::int64_t frames(double seconds) const;
  std::int64_t frames_of_us(std::int64_t us) const;
  // Rounded up: the frame whose number is the floor of that time is this one, not the one before.
  std::int64_t ms_of(std::int64_t frames) const;
};

struct Resumption {
  enum class Kind { nothing, at_item, ended };
  Kind kind = Kind::nothing;
  std::size_t index = 0;  // in the list
  std::int64_t offset_frames = 0;
  bool paused = false;
  // "clock": where it would be by now; "checkpoint": the clock could not be trusted; "hold": it was paused;
  // "unknown_duration"; "next": the item before it had ended or was skipped; "start": it had not begun.
  std::string basis;
  std::vector<std::string> missed;  // items that began and ended while nobody played them, 100 at most
};

// What `item` of a list lasts on air, when that is known.
std::optional<std::int64_t> duration_frames(const Json& item, const Rate& rate);

// `skip`: go on behind this item, which crashed. The list is without the removed items.
Resumption plan_resumption(const OnAir& on_air, const OnAirList& list, const Rate& rate, const Clock& clock,
                           const std::string& skip);

}  // namespace wyvern::worker
