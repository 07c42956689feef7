// The one loop that brings channels from what is seen to what is wanted: it starts, adopts, restarts and stops workers.
//
// Requests write `desired` and wake it; the runtime wakes it when a worker ends; the start of the controller wakes it
// for every channel. Each look at a channel compares its row with the workloads that carry its label, and does one of:
// nothing, adopt, start, restart, stop. A crash in the middle is the same difference, found again.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "playout/channel.hpp"
#include "playout/dependencies.hpp"
#include "playout/follower.hpp"
#include "playout/work_queue.hpp"

namespace wyvern::playout {

// Thread-safe.
class Reconciler {
 public:
  explicit Reconciler(const Dependencies& dependencies);
  ~Reconciler();
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;

  // Looks at every channel and every workload that is labelled as a playout worker.
  void start();
  // Before the runtime is stopped; workers stay on air. Idempotent.
  void stop();

  void wake(const std::string& channel_id) { queue_.add(channel_id); }
  // The channel's loaded playlist was edited, or media of it became ready: the worker gets the new list.
  void list_changed(const std::string& channel_id);
  // Waits until the channel is neither starting nor stopping, and returns it as it is then; after the timeout too.
  Channel wait_until_settled(const std::string& channel_id, std::chrono::milliseconds timeout);

 private:
  struct Workload {
    std::string handle;
    bool running;
    std::string epoch;
  };
  struct Failures {
    int in_a_row = 0;
    std::chrono::steady_clock::time_point last;
    std::string words;  // of the worker that ended, until its restart says them
  };

  void look(const std::string& channel_id);
  void look_or_throw(const std::string& channel_id);
  std::vector<Workload> workloads_of(const std::string& channel_id);
  // `words`: the last of the worker that ended, if one did.
  void bring_on_air(Channel channel, const std::optional<Workload>& own, const std::string& words);
  void launch(Channel channel);
  void restart(Channel channel, const std::string& words);
  // Returns an empty text when the worker answers; else why it does not.
  std::string wait_until_it_answers(const Channel& channel, const std::string& handle);
  void take_off_air(const Channel& channel, const std::optional<Workload>& own);
  void remove_workload(const std::string& handle);
  void follow(const Channel& channel);
  void unfollow(const std::string& channel_id);
  void fail(const Channel& channel, const std::string& message);
  void push_list(const Channel& channel);
  void settled();

  const Dependencies& dependencies_;
  std::mutex mutex_;
  std::condition_variable settled_;
  std::uint64_t changes_ = 0;
  std::map<std::string, std::shared_ptr<Follower>> followers_;
  std::map<std::string, Failures> failures_;
  std::set<std::string> lists_changed_;
  WorkQueue queue_;
  bool stopped_ = false;  // by the thread that stops
};

}  // namespace wyvern::playout
