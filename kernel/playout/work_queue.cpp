#include "playout/work_queue.hpp"

namespace wyvern::playout {

WorkQueue::WorkQueue(int threads, std::function<void(const std::string&)> look) : look_(std::move(look)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

WorkQueue::~WorkQueue() { stop(); }

void WorkQueue::add(const std::string& key, std::chrono::milliseconds delay) {
  const auto at = Clock::now() + delay;
  {
    const std::lock_guard lock(mutex_);
    const auto [place, added] = due_.emplace(key, at);
    if (!added && at < place->second) place->second = at;
  }
  wake_.notify_all();
}

void WorkQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkQueue::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    auto next = due_.end();
    for (auto entry = due_.begin(); entry != due_.end(); ++entry) {
      if (busy_.contains(entry->first)) continue;
      if (next == due_.end() || entry->second < next->second) next = entry;
    }
    if (next == due_.end()) {
      wake_.wait(lock);
      continue;
    }
    if (next->second > Clock::now()) {
      wake_.wait_until(lock, Clock::time_point(next->second));
      continue;
    }
    const std::string key = next->first;
    due_.erase(next);
    busy_.insert(key);
    lock.unlock();
    look_(key);
    lock.lock();
    busy_.erase(key);
    wake_.notify_all();
  }
}

}  // namespace wyvern::playout
