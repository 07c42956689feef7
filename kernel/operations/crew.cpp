#include "operations/crew.hpp"

#include <utility>

namespace wyvern::operations {

Crew::Crew(int threads, std::size_t most_waiting) : most_waiting_(most_waiting) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Crew::Taken Crew::take(Job& job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return Taken::stopping;
  if (waiting_.size() >= most_waiting_) return Taken::overloaded;
  waiting_.push_back(std::move(job));
  wake_.notify_one();
  return Taken::yes;
}

void Crew::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    const bool stopping = stopping_;
    lock.unlock();
    job(stopping);
    job = nullptr;  // with its answer, outside the lock
    lock.lock();
  }
}

void Crew::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace wyvern::operations
