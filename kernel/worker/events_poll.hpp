// Long polls for events: one thread waits for all of them, so that a poll occupies none.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "operations/operation.hpp"
#include "worker/spool.hpp"

namespace wyvern::worker {

// Any thread.
class EventsPoll {
 public:
  explicit EventsPoll(Spool& spool);
  ~EventsPoll();
  EventsPoll(const EventsPoll&) = delete;
  EventsPoll& operator=(const EventsPoll&) = delete;

  struct Poll {
    std::uint64_t after = 0;
    std::size_t limit = 0;
    std::chrono::steady_clock::time_point until;
    std::shared_ptr<operations::Answer> answer;
    std::shared_ptr<std::atomic<bool>> cancelled;
  };
  // Takes the answer over. With nothing newer than `after`, it comes from the thread of the polls.
  void answer(Poll poll);
  // Something may have come.
  void look_again();
  // Answers all that wait, and returns when that is done; later polls are answered at once. Idempotent. The spool must
  // still be there.
  void stop();

 private:
  void watch();
  void send(const Poll& poll);

  Spool& spool_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::list<Poll> waiting_;
  bool look_ = false;
  bool stopping_ = false;
  std::mutex join_mutex_;
  std::thread thread_;
};

}  // namespace wyvern::worker
