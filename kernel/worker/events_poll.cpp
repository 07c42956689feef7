#include "worker/events_poll.hpp"

#include <algorithm>
#include <utility>

namespace wyvern::worker {
namespace {

// How soon a reader that has left is noticed.
constexpr std::chrono::milliseconds glance{100};
constexpr std::size_t most_waiting = 64;

}  // namespace

EventsPoll::EventsPoll(Spool& spool) : spool_(spool), thread_([this] { watch(); }) {}

EventsPoll::~EventsPoll() { stop(); }

void EventsPoll::answer(Poll poll) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && waiting_.size() < most_waiting && std::chrono::steady_clock::now() < poll.until &&
        !spool_.has_newer(poll.after)) {
      waiting_.push_back(std::move(poll));
      wake_.notify_all();
      return;
    }
  }
  send(poll);
}

void EventsPoll::look_again() {
  {
    const std::lock_guard lock(mutex_);
    look_ = true;
  }
  wake_.notify_all();
}

void EventsPoll::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  const std::lock_guard lock(join_mutex_);
  if (thread_.joinable()) thread_.join();
}

void EventsPoll::send(const Poll& poll) {
  const auto page = spool_.read(poll.after, poll.limit);
  const std::string text =
      Json{{"events", page.events}, {"last", page.last}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  poll.answer->head(200, "application/json", {}, text.size());
  (void)poll.answer->body(text);
  poll.answer->end();
}

void EventsPoll::watch() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (waiting_.empty()) {
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    } else {
      auto until = std::chrono::steady_clock::now() + glance;
      for (const auto& poll : waiting_) until = std::min(until, poll.until);
      wake_.wait_until(lock, until, [this] { return stopping_ || look_; });
    }
    look_ = false;
    const auto now = std::chrono::steady_clock::now();
    std::list<Poll> ready;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      const auto poll = at++;
      const bool left = poll->cancelled && poll->cancelled->load();
      if (stopping_ || left || now >= poll->until || spool_.has_newer(poll->after)) {
        ready.splice(ready.end(), waiting_, poll);
      }
    }
    const bool last_round = stopping_;
    lock.unlock();
    for (const auto& poll : ready) send(poll);
    ready.clear();
    lock.lock();
    if (last_round && waiting_.empty()) return;
  }
}

}  // namespace wyvern::worker
