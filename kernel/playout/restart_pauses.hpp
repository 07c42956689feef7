// How long a channel whose worker fails again and again waits before the next start.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace wyvern::playout {

// Thread-safe. Times are on the monotonic clock.
class RestartPauses {
 public:
  using Clock = std::chrono::steady_clock;

  // The pause that is left before the channel's next start. Zero: start now; that is counted as one more failure in the
  // row. A worker that lived for longer than the pause before it and ten seconds begins a new row.
  std::chrono::milliseconds left(const std::string& channel_id, Clock::time_point now = Clock::now());
  int failures_in_a_row(const std::string& channel_id) const;
  // It was taken off air, or deleted.
  void forget(const std::string& channel_id);

 private:
  struct Row {
    int failures = 0;
    Clock::time_point last;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Row> rows_;
};

}  // namespace wyvern::playout
