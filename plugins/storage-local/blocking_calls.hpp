// Runs calls that a dead mount may hold for ever on threads of their own, so that the caller is back by its deadline.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "wyvern/plugin.hpp"

namespace wyvern::local {

// Threads are started as they are needed and stay until the end. When all are held by a dead mount, further calls wait
// in line, and end at their own deadlines.
class BlockingCalls {
 public:
  explicit BlockingCalls(std::size_t most_threads);
  ~BlockingCalls() { end(); }
  BlockingCalls(const BlockingCalls&) = delete;
  BlockingCalls& operator=(const BlockingCalls&) = delete;

  // Ends the threads. One that does not come back from the kernel within a moment is left behind. Idempotent.
  void end();

  // Begins `body` on another thread. It must own all it touches, for it may outlive the caller. WYV_WRONG_STATE after
  // the end.
  template <class Body>
  auto begin(Body body) {
    using Value = std::invoke_result_t<Body&>;
    auto task = std::make_shared<std::packaged_task<Value()>>(std::move(body));
    auto future = task->get_future();
    submit([task] { (*task)(); });
    return future;
  }

  // Waits for a call; throws what it threw. WYV_TIMEOUT and WYV_CANCELLED leave it running: `future` stays valid.
  template <class Value>
  static Value finish(std::future<Value>& future, const Context& context) {
    while (future.wait_for(slice(context)) != std::future_status::ready) check(context);
    try {
      return future.get();
    } catch (const std::future_error&) {  // it stood in line when the storage was stopped
      throw stopped();
    }
  }

  // Both in one. What a call returns after its caller has left is destroyed on that thread.
  template <class Body>
  auto run(const Context& context, Body body) {
    check(context);
    auto future = begin(std::move(body));
    return finish(future, context);
  }

 private:
  struct Shared;
  struct Worker {
    std::thread thread;
    std::future<void> ended;
  };

  static Failure stopped();
  void submit(std::function<void()> call);
  static std::chrono::nanoseconds slice(const Context& context);
  static void check(const Context& context);
  static void work(const std::shared_ptr<Shared>& shared);

  const std::size_t most_threads_;
  std::shared_ptr<Shared> shared_;  // with each thread, which may outlive this object
  std::vector<Worker> workers_;     // guarded by the mutex in shared_
};

}  // namespace wyvern::local
