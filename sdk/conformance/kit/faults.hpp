// Faults of the world, made for the plugin under test: this program's malloc and clocks are the ones that it uses.
#pragma once

#include <chrono>
#include <cstdint>

namespace wyvern::conformance {

// While it lives, the allocation of that number (from 0) that this thread makes fails, of those of a kilobyte and more:
// Linux hardly ever refuses less, and the destructor of nlohmann::json, which the SDK hands out, does not survive it.
// Those behind it succeed. Under a sanitizer, which has its own allocator, nothing fails.
class FailingAllocations {
 public:
  explicit FailingAllocations(std::uint64_t number);
  ~FailingAllocations();
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;

  // Whether it was made.
  bool reached() const;
};

// While it lives, this thread's allocations succeed after all: for the kit's own, within a call of the plugin.
class SparedAllocations {
 public:
  SparedAllocations();
  ~SparedAllocations();
  SparedAllocations(const SparedAllocations&) = delete;
  SparedAllocations& operator=(const SparedAllocations&) = delete;

 private:
  const std::uint64_t left_;
};

// The wall clock of this process from now on: off by so much. The monotonic one goes on.
void jump_wall_clock(std::chrono::seconds by);

}  // namespace wyvern::conformance
