#include "kit/faults.hpp"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <limits>

namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
thread_local std::uint64_t left_until_failure = never;
thread_local bool failed = false;
std::atomic<std::int64_t> wall_clock_offset_s{0};

constexpr std::size_t least_that_fails = 1024;  // bytes

[[maybe_unused]] bool fails_now(std::size_t size) {
  if (left_until_failure == never || size < least_that_fails) return false;
  if (left_until_failure > 0) {
    --left_until_failure;
    return false;
  }
  left_until_failure = never;
  failed = true;
  errno = ENOMEM;
  return true;
}

}  // namespace

#define WYVERN_INTERPOSED extern "C" __attribute__((visibility("default")))

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern "C" {
void* __libc_malloc(std::size_t);               // NOLINT: glibc's names
void* __libc_calloc(std::size_t, std::size_t);  // NOLINT
void* __libc_realloc(void*, std::size_t);       // NOLINT
}
WYVERN_INTERPOSED void* malloc(std::size_t size) { return fails_now(size) ? nullptr : __libc_malloc(size); }
WYVERN_INTERPOSED void* calloc(std::size_t count, std::size_t size) {
  return fails_now(count * size) ? nullptr : __libc_calloc(count, size);
}
WYVERN_INTERPOSED void* realloc(void* old, std::size_t size) {
  return fails_now(size) ? nullptr : __libc_realloc(old, size);
}
#endif

WYVERN_INTERPOSED int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += wall_clock_offset_s.load(std::memory_order_relaxed);
  return result;
}
WYVERN_INTERPOSED int gettimeofday(timeval* now, void*) noexcept {
  timespec exact{};
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
WYVERN_INTERPOSED time_t time(time_t* into) noexcept {
  timespec exact{};
  (void)clock_gettime(CLOCK_REALTIME, &exact);
  if (into != nullptr) *into = exact.tv_sec;
  return exact.tv_sec;
}

namespace wyvern::conformance {

FailingAllocations::FailingAllocations(std::uint64_t number) {
  failed = false;
  left_until_failure = number;
}
FailingAllocations::~FailingAllocations() { left_until_failure = never; }
bool FailingAllocations::reached() const { return failed; }

SparedAllocations::SparedAllocations() : left_(left_until_failure) { left_until_failure = never; }
SparedAllocations::~SparedAllocations() { left_until_failure = left_; }

void jump_wall_clock(std::chrono::seconds by) { wall_clock_offset_s += by.count(); }

}  // namespace wyvern::conformance
