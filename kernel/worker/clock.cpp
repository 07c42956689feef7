#include "worker/clock.hpp"

#include <chrono>
#include <ctime>
#include <fstream>

namespace wyvern::worker {

std::int64_t Clock::wall_us() const {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

std::int64_t Clock::boot_ns() const {
  std::timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

const std::string& Clock::boot_id() const {
  static const std::string id = [] {
    std::string text;
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::getline(file, text);
    return text;
  }();
  return id;
}

const Clock& Clock::system() {
  static const Clock clock;
  return clock;
}

}  // namespace wyvern::worker
