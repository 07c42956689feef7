// When frames are due, and what happens when they are not served in time.
//
// A frame that is served after its time was up is late. Up to the bound, late frames are served at once, one behind the
// other, and nothing is lost. After a longer stall (the process was stopped, the machine slept) the numbers of the
// frames that can no longer be sent are skipped: stamps and the wall clock stay true to each other, receivers see one
// gap instead of a burst, and items go on with the picture that was next.
#pragma once

#include <cstdint>

#include "house_format.hpp"

namespace wyvern::feeder {

class FrameClock {
 public:
  FrameClock(const HouseFormat& format, std::int64_t catch_up_ns) : format_(format), catch_up_ns_(catch_up_ns) {}

  // Frame `first` is due at that time of the monotonic clock.
  void start(std::int64_t first, std::int64_t now_ns) {
    frame_ = first;
    base_ns_ = now_ns - format_.time_ns(first);
  }
  std::int64_t frame() const { return frame_; }
  std::int64_t base_ns() const { return base_ns_; }
  std::int64_t due_ns() const { return base_ns_ + format_.time_ns(frame_); }

  // Called when the wait for the frame is over. Leaps when too much time was lost.
  void serve(std::int64_t now_ns) {
    const std::int64_t current = format_.frame_at(now_ns - base_ns_);
    if (current <= frame_) return;
    if (now_ns - due_ns() > catch_up_ns_) {
      skipped_ += current - frame_;
      frame_ = current;
    } else {
      ++late_;
    }
  }
  void next() { ++frame_; }

  std::int64_t late() const { return late_; }
  std::int64_t skipped() const { return skipped_; }

 private:
  const HouseFormat format_;
  const std::int64_t catch_up_ns_;
  std::int64_t frame_ = 0;
  std::int64_t base_ns_ = 0;
  std::int64_t late_ = 0;
  std::int64_t skipped_ = 0;
};

}  // namespace wyvern::feeder
