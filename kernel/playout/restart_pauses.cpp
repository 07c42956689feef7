#include "playout/restart_pauses.hpp"

#include <algorithm>

namespace wyvern::playout {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds calm{10000};
constexpr milliseconds first_pause{250};
constexpr milliseconds longest_pause{30000};

// The first restart comes at once, and so does the second.
milliseconds pause_after(int failures) {
  if (failures <= 1) return milliseconds(0);
  return std::min(longest_pause, first_pause * (1 << std::min(failures - 2, 10)));
}

}  // namespace

milliseconds RestartPauses::left(const std::string& channel_id, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  auto& row = rows_[channel_id];
  const auto since = std::chrono::duration_cast<milliseconds>(now - row.last);
  const auto pause = pause_after(row.failures);
  if (row.failures > 0 && since < pause) return pause - since;
  row.failures = since > calm + pause ? 1 : row.failures + 1;
  row.last = now;
  return milliseconds(0);
}

int RestartPauses::failures_in_a_row(const std::string& channel_id) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(channel_id);
  return row == rows_.end() ? 0 : row->second.failures;
}

void RestartPauses::forget(const std::string& channel_id) {
  const std::lock_guard lock(mutex_);
  rows_.erase(channel_id);
}

}  // namespace wyvern::playout
