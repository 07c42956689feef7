#include "host/timed_call.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "trace/scope.hpp"
#include "wyvern/call.hpp"

namespace wyvern::host {
namespace {

struct Attempt {
  Attempt(std::chrono::milliseconds deadline, std::function<wyv_status(const wyv_context*)> what)
      : body(std::move(what)), call(deadline, &cancelled) {}

  std::function<wyv_status(const wyv_context*)> body;
  std::atomic<bool> cancelled{false};
  Call call;
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  wyv_status status = WYV_INTERNAL;
};

}  // namespace

TimedOutcome timed_call(std::chrono::milliseconds deadline, std::chrono::milliseconds grace,
                        std::function<wyv_status(const wyv_context*)> body, const std::function<void()>& overrun) {
  const auto attempt = std::make_shared<Attempt>(deadline, std::move(body));
  std::thread thread;
  try {
    thread = std::thread([attempt, asked = trace::carried()] {
      const trace::Scope scope(asked);
      const wyv_status status = attempt->body(attempt->call.context());
      {
        const std::scoped_lock lock(attempt->mutex);
        attempt->status = status;
        attempt->done = true;
      }
      attempt->ended.notify_all();
    });
  } catch (const std::system_error& bad) {
    return {Error{WYV_EXHAUSTED, "host.thread", "no thread for a call into a plugin", bad.what(), true}, false};
  }

  std::unique_lock lock(attempt->mutex);
  const auto is_done = [&] { return attempt->done; };
  const bool in_time = attempt->ended.wait_for(lock, deadline, is_done);
  if (!in_time) {
    attempt->cancelled = true;
    lock.unlock();
    overrun();
    lock.lock();
    attempt->ended.wait_for(lock, grace, is_done);
  }
  const bool done = attempt->done;
  lock.unlock();
  if (!done) {
    thread.detach();
    return {Error{WYV_TIMEOUT, "plugin.stuck",
                  "it did not come back within " + std::to_string((deadline + grace).count()) +
                      " ms; only a restart of this process frees it",
                  "", false},
            true};
  }
  thread.join();
  if (!in_time)
    return {Error{WYV_TIMEOUT, "plugin.deadline",
                  "it took longer than its deadline of " + std::to_string(deadline.count()) + " ms", "", true},
            false};
  return {attempt->call.result(attempt->status), false};
}

}  // namespace wyvern::host
