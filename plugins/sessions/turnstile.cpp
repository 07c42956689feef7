#include "sessions/turnstile.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace wyvern::sessions {

namespace {
// A caller's cancellation can only be asked for, so a wait looks at it this often.
constexpr std::chrono::nanoseconds kCancellationPoll = std::chrono::milliseconds(10);
}  // namespace

void Turnstile::enter(const Context& context, const char* what) {
  std::unique_lock lock(mutex_);
  if (context.cancelled()) throw Failure(WYV_CANCELLED, "call.cancelled", "the caller withdrew");
  if (free_ > 0 && queue_.empty()) {
    --free_;
    return;
  }
  Waiter waiter;
  const auto place = queue_.insert(queue_.end(), &waiter);
  while (!waiter.admitted) {
    const auto left = context.remaining();
    const bool cancelled = context.cancelled();
    if (cancelled || left == std::chrono::nanoseconds::zero()) {
      queue_.erase(place);
      if (cancelled) throw Failure(WYV_CANCELLED, "call.cancelled", "the caller withdrew");
      throw Failure(WYV_TIMEOUT, "store.wait", std::string("the deadline passed while waiting for ") + what);
    }
    waiter.called.wait_for(lock, std::min(left, kCancellationPoll));
  }
}

void Turnstile::leave() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) {
    if (++free_ == places_) emptied_.notify_all();
    return;
  }
  // The place goes straight to the first in line, so that a newcomer cannot overtake it.
  Waiter* first = queue_.front();
  queue_.pop_front();
  first->admitted = true;
  first->called.notify_one();
}

std::size_t Turnstile::wait_until_empty(const Context& context, std::chrono::nanoseconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  std::unique_lock lock(mutex_);
  while (free_ < places_ && !context.expired() && !context.cancelled() && std::chrono::steady_clock::now() < end)
    emptied_.wait_for(lock, std::min(context.remaining(), kCancellationPoll));
  return places_ - free_;
}

}  // namespace wyvern::sessions
