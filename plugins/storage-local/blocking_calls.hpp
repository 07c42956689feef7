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

  // What a call gives back: a value, or the error of what it threw. An exception itself does not cross threads, for its
  // last owner would be whichever of the two is later.
  template <class Body>
  using Outcome = Result<std::invoke_result_t<Body&>>;

  // Begins `body` on another thread. It must own all it touches, for it may outlive the caller. WYV_WRONG_STATE after
  // the end.
  template <class Body>
  std::future<Outcome<Body>> begin(Body body) {
    auto task = std::make_shared<std::packaged_task<Outcome<Body>()>>([body = std::move(body)]() mutable {
      Body own = std::move(body);  // what it owns is let go before the outcome is seen
      return outcome_of(own);
    });
    auto future = task->get_future();
    submit([task] { (*task)(); });
    return future;
  }

  // Waits for a call; throws what it threw. WYV_TIMEOUT and WYV_CANCELLED leave it running: `future` stays valid.
  template <class Value>
  static Value finish(std::future<Result<Value>>& future, const Context& context) {
    while (future.wait_for(slice(context)) != std::future_status::ready) check(context);
    try {
      return future.get().or_throw();
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

  template <class Body>
  static Outcome<Body> outcome_of(Body& body) {
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<Body&>>) {
        body();
        return {};
      } else {
        return body();
      }
    } catch (const Failure& failure) {
      return failure.error();
    } catch (const std::bad_alloc&) {
      return Error{WYV_EXHAUSTED, "memory", "out of memory", "", true};
    } catch (const std::exception& other) {
      return Error{WYV_INTERNAL, "internal", other.what(), "", false};
    }
  }

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
