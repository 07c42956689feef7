// Takes a worker's numbered events as they come and stores them, for as long as the worker is the channel's own.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "playout/channel.hpp"
#include "playout/dependencies.hpp"
#include "playout/worker_client.hpp"

namespace wyvern::playout {

// One thread a worker. The destructor ends it.
class Follower {
 public:
  // `lost` is called from the follower's thread when the worker has not answered for a while; it may not destroy the
  // follower.
  Follower(const Dependencies& dependencies, const Channel& channel, std::function<void()> lost);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  std::int64_t epoch() const { return epoch_; }
  // Takes what the worker still has, at its end. From any thread.
  void take_the_rest(std::chrono::milliseconds timeout);

 private:
  void follow();
  // Returns false when the worker gave no answer.
  bool take(std::chrono::milliseconds wait, std::chrono::milliseconds timeout);

  const Dependencies& dependencies_;
  std::string channel_id_;
  std::int64_t epoch_;
  WorkerAddress address_;
  std::function<void()> lost_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace wyvern::playout
