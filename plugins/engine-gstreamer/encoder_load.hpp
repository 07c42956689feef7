// What to do when the encoder cannot keep up. Counted in pictures that wait for it.
//
// Above the bound every second picture is left out; above twice the bound all of them, so that the delay of the channel
// never exceeds that. It ends when the queue has fallen to a quarter of the bound. The sound is never left out.
#pragma once

#include <cstdint>

namespace wyvern::feeder {

class EncoderLoad {
 public:
  explicit EncoderLoad(std::int64_t bound) : bound_(bound) {}

  // One tick; true when its picture should be encoded.
  bool admit(std::int64_t waiting) {
    waiting_ = waiting;
    if (waiting > bound_) overloaded_ = true;
    if (waiting <= bound_ / 4) overloaded_ = false;
    odd_ = !odd_;
    return !overloaded_ || (odd_ && waiting <= 2 * bound_);
  }

  bool overloaded() const { return overloaded_; }
  std::int64_t waiting() const { return waiting_; }

 private:
  const std::int64_t bound_;
  std::int64_t waiting_ = 0;
  bool overloaded_ = false;
  bool odd_ = false;
};

}  // namespace wyvern::feeder
