// Leaves the air when the lease has run out.
//
// The bound. A thread looks at the deadline every 20 ms, and at once when a frozen process goes on. It asks the engine
// to leave the air and, when that has not happened after `leave_within`, ends the process. So frames go out for at
// most 20 ms + leave_within + the scheduler's delay past the deadline, or past the moment at which a process that was
// frozen beyond its deadline goes on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "worker/lease.hpp"

namespace wyvern::worker {

class LeaseWatch {
 public:
  static constexpr std::chrono::milliseconds interval{20};

  struct Actions {
    std::function<void(std::chrono::nanoseconds late)> lost;  // first, for the record; quick
    std::function<void()> leave;                              // leaves the air; may take its time
    std::function<void()> die;                                // ends the process; does not return but in tests
  };

  LeaseWatch(Lease& lease, std::chrono::milliseconds leave_within, Actions actions);
  ~LeaseWatch();
  LeaseWatch(const LeaseWatch&) = delete;
  LeaseWatch& operator=(const LeaseWatch&) = delete;

 private:
  void watch();
  void leave();

  Lease& lease_;
  std::chrono::milliseconds leave_within_;
  Actions actions_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wyvern::worker
