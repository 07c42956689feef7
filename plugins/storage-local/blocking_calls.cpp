#include "blocking_calls.hpp"

#include <algorithm>
#include <chrono>

namespace wyvern::local {

namespace {
constexpr auto kCancellationPoll = std::chrono::milliseconds(10);
constexpr auto kPatienceAtTheEnd = std::chrono::seconds(2);
}  // namespace

struct BlockingCalls::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> line;
  std::size_t idle = 0;
  bool ending = false;
};

BlockingCalls::BlockingCalls(std::size_t most_threads)
    : most_threads_(most_threads), shared_(std::make_shared<Shared>()) {}

void BlockingCalls::end() {
  std::vector<Worker> workers;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->ending = true;
    shared_->line.clear();
    workers.swap(workers_);
  }
  shared_->changed.notify_all();
  const auto end = std::chrono::steady_clock::now() + kPatienceAtTheEnd;
  for (auto& worker : workers) {
    const bool itself = worker.thread.get_id() == std::this_thread::get_id();  // the last owner was a call
    if (!itself && worker.ended.wait_until(end) == std::future_status::ready)
      worker.thread.join();
    else
      worker.thread.detach();
  }
}

Failure BlockingCalls::stopped() { return {WYV_WRONG_STATE, "storage.stopped", "the storage was stopped"}; }

void BlockingCalls::submit(std::function<void()> call) {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->ending) throw stopped();
  shared_->line.push_back(std::move(call));
  if (shared_->idle < shared_->line.size() && workers_.size() < most_threads_) {
    std::promise<void> promise;
    auto ended = promise.get_future();
    workers_.push_back({std::thread([shared = shared_, promise = std::move(promise)]() mutable {
                          work(shared);
                          promise.set_value();
                        }),
                        std::move(ended)});
  }
  shared_->changed.notify_one();
}

void BlockingCalls::work(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  for (;;) {
    ++shared->idle;
    shared->changed.wait(lock, [&] { return shared->ending || !shared->line.empty(); });
    --shared->idle;
    if (shared->line.empty()) return;
    auto call = std::move(shared->line.front());
    shared->line.pop_front();
    lock.unlock();
    call();
    call = nullptr;  // what it owns ends here, outside the lock
    lock.lock();
  }
}

std::chrono::nanoseconds BlockingCalls::slice(const Context& context) {
  return std::min<std::chrono::nanoseconds>(context.remaining(), kCancellationPoll);
}

void BlockingCalls::check(const Context& context) {
  if (context.cancelled()) throw Failure(WYV_CANCELLED, "call.cancelled", "the caller withdrew");
  if (context.expired())
    throw Failure(WYV_TIMEOUT, "storage.slow",
                  "the storage did not answer in time; check that its disk or its file server is alive");
}

}  // namespace wyvern::local
