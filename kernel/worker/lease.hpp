// How long this worker owns its channel.
//
// The deadline counts from the moment at which the renewal was sent, not from when it came: a process that was frozen,
// or a network that held the request back, must not lengthen it. The worker cannot see when a request was sent, so it
// gives out readings of its own clock (`clock`, opaque), and the controller sends the newest back with the time that it
// has had it (`clock_age_ms`). The reading is older than the request, so reading + age + ttl is never later than the
// controller's own reckoning. Under on_loss=leave a renewal without it is refused; under stay, where the lease is only
// shown, it counts from the arrival less `sent_ago_ms`.
//
// The deadline is on CLOCK_BOOTTIME, which goes on in a suspended machine. It is written beside the spool, so that a
// worker that is started again cannot outlive the lease of the one before.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "worker/clock.hpp"
#include "worker/settings.hpp"

namespace wyvern::worker {

// Any thread.
class Lease {
 public:
  // `path`: where it is written, or empty.
  Lease(const Settings& settings, std::int64_t epoch, std::filesystem::path path, const Clock& clock);

  // {"epoch","ttl_ms","sent_ago_ms"?,"clock"?,"clock_age_ms"?}. Throws operations::Refusal: 409 "lease.epoch" for a
  // lower epoch, 409 "lease.late" for one that is over already, 400 "lease.clock" for a reading that is missing or not
  // of this process. A renewal never shortens what was granted before.
  void renew(const Json& request);

  // Whether this worker may be on air now: always under `stay`.
  bool holds() const;
  // True once for a deadline that has passed, under `leave`. Sets how late that is.
  bool take_loss(std::chrono::nanoseconds& late);
  std::int64_t epoch() const;
  // {"on_loss","state":"none|held|expired","epoch","ttl_ms","remaining_ms","clock"}
  Json status() const;

 private:
  std::string reading() const;
  std::int64_t deadline_of(const Json& request) const;
  void save() const;

  const Clock& clock_;
  Settings::OnLoss on_loss_;
  std::filesystem::path path_;
  std::string process_;  // names the process that a reading is of

  mutable std::mutex mutex_;
  std::int64_t epoch_;
  std::int64_t ttl_ms_ = 0;
  std::optional<std::int64_t> deadline_ns_;  // CLOCK_BOOTTIME
  bool loss_taken_ = false;
};

}  // namespace wyvern::worker
