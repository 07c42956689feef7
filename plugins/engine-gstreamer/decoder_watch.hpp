// What to do when the picture that is due has not been decoded. Counted in frames.
//
// While the picture lags its sound by little, the sound plays on over the last picture, and late pictures are thrown
// away before they are scaled. When the lag reaches its bound both wait for the decoder. Every late tick is a debt,
// of which every tick in time pays back a quarter; when it outgrows the patience the item is given up.
#pragma once

#include <cstdint>

namespace wyvern::feeder {

class DecoderWatch {
 public:
  enum class Verdict { repeat, hold, give_up };

  DecoderWatch(std::int64_t greatest_lag, std::int64_t patience) : greatest_lag_(greatest_lag), patience_(patience) {}

  Verdict late(std::int64_t lag) {
    lag_ = lag;
    debt_ += 4;
    if (debt_ > 4 * (greatest_lag_ + patience_)) return Verdict::give_up;
    return lag > greatest_lag_ ? Verdict::hold : Verdict::repeat;
  }
  void in_time() {
    lag_ = 0;
    if (debt_ > 0) --debt_;
  }
  void new_item() { lag_ = debt_ = 0; }

  std::int64_t lag() const { return lag_; }
  bool slow() const { return debt_ > 4; }

 private:
  const std::int64_t greatest_lag_;
  const std::int64_t patience_;
  std::int64_t lag_ = 0;
  std::int64_t debt_ = 0;  // in quarters of a tick
};

}  // namespace wyvern::feeder
