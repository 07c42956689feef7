#include "watcher.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "wyvern/result.hpp"

namespace wyvern::process {

namespace {

constexpr std::uint64_t kWake = 0;
constexpr auto kAgain = std::chrono::milliseconds(5);

Failure cannot_watch(int error) {
  return {WYV_EXHAUSTED, "runtime.watch",
          "the ends of processes cannot be watched: " + std::generic_category().message(error)};
}

}  // namespace

Watcher::Watcher(Ended ended, Tick tick, std::chrono::milliseconds period)
    : ended_(std::move(ended)),
      tick_(std::move(tick)),
      period_(period),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event{EPOLLIN, {}};
  event.data.u64 = kWake;
  if (!epoll_ || !wake_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0)
    throw cannot_watch(errno);
  thread_ = std::thread([this] { run(); });
}

Watcher::~Watcher() {
  stopping_ = true;
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof one);
  thread_.join();
}

void Watcher::watch(const std::string& handle, const FileDescriptor& pidfd) {
  const std::lock_guard lock(mutex_);
  epoll_event event{EPOLLIN, {}};
  event.data.u64 = next_;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, pidfd.get(), &event) != 0) throw cannot_watch(errno);
  watched_.emplace(next_++, std::pair(handle, pidfd.get()));
}

// Takes what has ended from the kernel; it is not told again.
void Watcher::collect(int timeout_ms) {
  epoll_event events[32];
  const int count = ::epoll_wait(epoll_.get(), events, 32, timeout_ms);
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < count; ++i) {
    const auto found = watched_.find(events[i].data.u64);
    if (found == watched_.end()) continue;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.second, nullptr);
    ending_.insert(found->second.first);
    watched_.erase(found);
  }
}

void Watcher::run() {
  auto next_tick = std::chrono::steady_clock::now() + period_;
  while (!stopping_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_tick - std::chrono::steady_clock::now());
    const auto wait = std::max(std::chrono::milliseconds(0), ending_.empty() ? left : std::min(left, kAgain));
    collect(static_cast<int>(wait.count()));
    if (stopping_) return;
    std::erase_if(ending_, [&](const std::string& handle) { return ended_(handle); });
    if (std::chrono::steady_clock::now() >= next_tick) {
      tick_();
      next_tick = std::chrono::steady_clock::now() + period_;
    }
  }
}

}  // namespace wyvern::process
