// Threads that take jobs off one queue of bounded length.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wyvern::operations {

// Thread-safe.
class Crew {
 public:
  // `stopping`: the job is to say so and do nothing else.
  using Job = std::function<void(bool stopping)>;
  enum class Taken { yes, overloaded, stopping };

  Crew(int threads, std::size_t most_waiting);
  ~Crew() { stop(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // `job` is left as it was unless it is taken.
  Taken take(Job& job);
  // Nothing is taken any more, what waits is told; returns when what is under way has ended.
  void stop();

 private:
  void work();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> waiting_;
  std::vector<std::thread> threads_;
  bool stopping_ = false;
};

}  // namespace wyvern::operations
