#include "event_stream.hpp"

namespace wyvern::feeder {

EventStream::EventStream(Emit emit) : emit_(std::move(emit)), thread_([this] { work(); }) {}

EventStream::~EventStream() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void EventStream::post(nlohmann::json event) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(event));
  }
  changed_.notify_all();
}

void EventStream::post(std::vector<nlohmann::json> events) {
  for (auto& event : events) post(std::move(event));
}

void EventStream::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.empty() && !delivering_; });
}

void EventStream::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const nlohmann::json event = std::move(waiting_.front());
    waiting_.pop_front();
    delivering_ = true;
    lock.unlock();
    if (emit_) emit_(event);
    lock.lock();
    delivering_ = false;
    changed_.notify_all();
  }
}

}  // namespace wyvern::feeder
