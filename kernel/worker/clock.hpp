// The two clocks of a worker, injectable so that tests can make them jump.
#pragma once

#include <cstdint>
#include <string>

namespace wyvern::worker {

// Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970 UTC. May jump.
  virtual std::int64_t wall_us() const;
  // CLOCK_BOOTTIME in nanoseconds: never goes back, and goes on while the machine sleeps, as CLOCK_MONOTONIC does not.
  // A lease must run out in a suspended machine too.
  virtual std::int64_t boot_ns() const;
  // Names the boot that `boot_ns` counts from: readings of one boot can be compared across processes.
  virtual const std::string& boot_id() const;

  static const Clock& system();
};

}  // namespace wyvern::worker
