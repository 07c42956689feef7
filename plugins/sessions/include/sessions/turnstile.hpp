// Lets at most n callers in at once, in the order in which they came, each waiting no longer than its deadline.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

#include "wyvern/plugin.hpp"

namespace wyvern::sessions {

class Turnstile {
 public:
  explicit Turnstile(std::size_t places) : free_(places), places_(places) {}

  // [any] Throws WYV_TIMEOUT or WYV_CANCELLED; `what` says in that message what the caller waited for.
  void enter(const Context& context, const char* what);
  // [any] Once per enter.
  void leave();
  // [any] Waits until nobody is inside. Returns how many still are when the deadline or `longest` has passed.
  std::size_t wait_until_empty(const Context& context, std::chrono::nanoseconds longest);

 private:
  struct Waiter {
    std::condition_variable called;
    bool admitted = false;
  };

  std::mutex mutex_;
  std::list<Waiter*> queue_;
  std::condition_variable emptied_;
  std::size_t free_;
  const std::size_t places_;
};

}  // namespace wyvern::sessions
