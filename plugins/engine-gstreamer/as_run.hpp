// The events of a channel, as abi/engine.h shapes them. They are built after the frame that they tell of was chosen and
// are sent when it has gone out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lineup.hpp"

namespace wyvern::feeder {

// An item that is on air.
struct OnAir {
  Cued cued;
  std::string playlist_id;
  std::string load_id;
  std::int64_t index = 0;  // what it shows next, counted from where it began
  std::int64_t start_frame = 0;
  std::int64_t frames_sent = 0;
  std::int64_t repeated_frames = 0;
  std::optional<std::int64_t> planned_length;  // from where it began
  BufferRef last_picture;

  // The surest that is known of its length.
  std::optional<std::int64_t> length() const;
};

enum class Rung { item, next, filler, slate };
const char* name(Rung rung);

class AsRun {
 public:
  explicit AsRun(HouseFormat format) : format_(std::move(format)) {}

  // Frame 0 was due at that wall clock time; all others follow from their numbers, whatever the wall clock does.
  void anchor(std::int64_t wall_us) { wall_us_ = wall_us; }
  std::int64_t at_us(std::int64_t frame) const { return wall_us_ + format_.time_ns(frame) / 1000; }

  void channel_started(std::int64_t frame);
  void item_started(const OnAir& item, std::int64_t planned_frame);
  void item_ended(const OnAir& item, std::int64_t frame, const std::string& result, const std::string& reason);
  void item_discarded(const Cued& cued, const Playlist& list, const std::string& reason);
  void stepped(Rung from, Rung to, std::int64_t frame, const std::string& reason);
  void playback_ended(std::int64_t frame, const std::string& reason);
  void overload(const char* part, bool overloaded, std::int64_t frame, Json detail);

  std::vector<Json> take() { return std::exchange(events_, {}); }

 private:
  const HouseFormat format_;
  std::int64_t wall_us_ = 0;
  std::vector<Json> events_;
};

}  // namespace wyvern::feeder
