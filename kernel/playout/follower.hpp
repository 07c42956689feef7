// Speaks with one worker for as long as it is the channel's own: sees that it answers, and takes its numbered events as
// they come.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "playout/channel.hpp"
#include "playout/dependencies.hpp"
#include "playout/worker_client.hpp"
#include "trace/scope.hpp"

namespace wyvern::playout {

// One thread a worker: what a worker lets wait, waits here. The destructor ends it.
class Follower {
 public:
  enum class State {
    awaited,    // it has not answered yet
    answering,  // it has
    silent,     // it did not answer for longer than it was given
  };

  // Until its first answer the worker is given `patience`, then settings.worker_silence. `changed` is called from the
  // follower's thread whenever the state has changed; it may not destroy the follower.
  Follower(const Dependencies& dependencies, const Channel& channel, std::chrono::milliseconds patience,
           std::function<void()> changed);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  std::int64_t epoch() const { return epoch_; }
  State state() const;
  // "it did not answer for 5000 ms: …", once it is silent.
  std::string silence() const;
  // Takes all that the worker still has, at its end. From any thread.
  void take_the_rest(std::chrono::milliseconds timeout);

 private:
  using Clock = std::chrono::steady_clock;

  void follow();
  // Whether there was anything new. `came` tells that the worker answered even where storing its events throws.
  Result<bool> take(std::chrono::milliseconds wait, std::chrono::milliseconds timeout, bool& came);
  bool store(std::int64_t asked, const Json& events);
  // The worker's spool is not the one that gave out the numbers which the channel has.
  void start_over(std::int64_t asked, const Error& refusal);
  void answered();
  // One try without an answer, which took `waited` at the most.
  void not_answered(Clock::duration waited, const std::string& fault);
  void pause(std::chrono::milliseconds length);

  const Dependencies& dependencies_;
  std::string channel_id_;
  std::int64_t epoch_;
  WorkerAddress address_;
  std::function<void()> changed_;
  const std::optional<trace::Trace> asked_ = trace::carried();  // who asked for the worker's start
  Clock::time_point heard_{};                                   // when the store was last told that the worker lives

  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  State state_ = State::awaited;
  std::chrono::milliseconds patience_;
  int tries_ = 0;             // without an answer, in a row
  Clock::duration silent_{};  // spent on them
  std::string fault_;         // of the last of them
  std::thread thread_;
};

}  // namespace wyvern::playout
