// A token bucket: so many at once, so many a second for long.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <utility>

namespace wyvern::host {

// Any thread.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst), tokens_(burst) {}

  struct Answer {
    bool admitted;
    std::uint64_t refused_before;  // since the one admitted last
  };
  Answer ask(Clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    const std::chrono::duration<double> passed = asked_ ? now - last_ : Clock::duration::zero();
    asked_ = true;
    last_ = std::max(last_, now);
    tokens_ = std::min(burst_, tokens_ + std::max(0.0, passed.count()) * per_second_);
    if (tokens_ < 1) return {false, ++refused_};
    tokens_ -= 1;
    return {true, std::exchange(refused_, 0)};
  }

 private:
  std::mutex mutex_;
  const double per_second_, burst_;
  double tokens_;
  bool asked_ = false;
  Clock::time_point last_;
  std::uint64_t refused_ = 0;
};

}  // namespace wyvern::host
