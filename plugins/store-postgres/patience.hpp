// How long a call waits: until its deadline, until its caller withdraws, or until the store is stopped.
#pragma once

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>

#include "wyvern/plugin.hpp"

namespace wyvern::postgres {

using Clock = std::chrono::steady_clock;

// A caller's cancellation can only be asked for, so a wait looks at it this often.
constexpr std::chrono::milliseconds kCancellationPoll{10};

struct Patience {
  const Context& context;
  const std::atomic<bool>& interrupted;

  // Why the call must end now, or nothing.
  std::optional<Failure> ended() const {
    if (context.cancelled()) return Failure(WYV_CANCELLED, "call.cancelled", "the caller withdrew");
    if (context.expired())
      return Failure(WYV_TIMEOUT, "call.timeout", "the deadline passed before the database had answered");
    if (interrupted.load(std::memory_order_relaxed))
      return Failure(WYV_CANCELLED, "store.stopping", "the store is being stopped");
    return std::nullopt;
  }
  void check() const {
    if (const auto failure = ended()) throw *failure;
  }
};

// Waits for one of `events`, but not longer than until the caller's cancellation is to be looked at again.
inline bool wait_a_little(int socket, short events, std::chrono::nanoseconds longest = kCancellationPoll) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      std::clamp<std::chrono::nanoseconds>(longest, std::chrono::nanoseconds::zero(), kCancellationPoll));
  pollfd one{socket, events, 0};
  return ::poll(&one, 1, static_cast<int>(left.count())) > 0;
}

}  // namespace wyvern::postgres
