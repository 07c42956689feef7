// Keys to be looked at, each by one thread at a time; a key that is added while it is looked at is looked at once more.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace wyvern::playout {

// Thread-safe. Times are on the monotonic clock.
class WorkQueue {
 public:
  WorkQueue(int threads, std::function<void(const std::string& key)> look);
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void add(const std::string& key, std::chrono::milliseconds delay = std::chrono::milliseconds::zero());
  // Begins nothing more, and returns when what was begun has ended. Idempotent.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  void work();

  std::function<void(const std::string&)> look_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Clock::time_point> due_;
  std::set<std::string> busy_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace wyvern::playout
