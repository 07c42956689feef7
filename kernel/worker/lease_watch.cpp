#include "worker/lease_watch.hpp"

#include <utility>

namespace wyvern::worker {

LeaseWatch::LeaseWatch(Lease& lease, std::chrono::milliseconds leave_within, Actions actions)
    : lease_(lease), leave_within_(leave_within), actions_(std::move(actions)), thread_([this] { watch(); }) {}

LeaseWatch::~LeaseWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void LeaseWatch::watch() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, interval, [this] { return stopping_; })) {
    std::chrono::nanoseconds late{};
    if (!lease_.take_loss(late)) continue;
    lock.unlock();
    actions_.lost(late);
    leave();
    lock.lock();
  }
}

void LeaseWatch::leave() {
  std::mutex mutex;
  std::condition_variable left;
  bool done = false;
  std::thread leaver([&] {
    actions_.leave();
    const std::lock_guard lock(mutex);
    done = true;
    left.notify_all();
  });
  {
    std::unique_lock lock(mutex);
    if (!left.wait_for(lock, leave_within_, [&] { return done; })) {
      lock.unlock();
      actions_.die();
    }
  }
  leaver.join();
}

}  // namespace wyvern::worker
