// The one loop that brings channels from what is seen to what is wanted: it starts, adopts, restarts and stops workers.
//
// Requests write `desired` and wake it; the runtime wakes it when a worker ends; a follower, when a worker answers for
// the first time or no more; the start of the controller, for every channel. Each look at a channel compares its row
// with the workloads that carry its label, and does one of: nothing, adopt, start, restart, stop. A crash in the middle
// is the same difference, found again. A look never waits for a worker to come up.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "playout/channel.hpp"
#include "playout/dependencies.hpp"
#include "playout/follower.hpp"
#include "playout/restart_pauses.hpp"
#include "playout/work_queue.hpp"
#include "playout/worker_launch.hpp"
#include "playout/workloads.hpp"
#include "trace/askers.hpp"

namespace wyvern::playout {

// Thread-safe.
class Reconciler {
 public:
  explicit Reconciler(const Dependencies& dependencies);
  ~Reconciler();
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;

  // Looks at every channel, every workload that is labelled as a playout worker, and every channel's folder.
  void start();
  // Before the runtime is stopped; workers stay on air. Idempotent.
  void stop();

  // Who asks is remembered until the channel is as it is wanted: the worker's calls and the log lines name it.
  void wake(const std::string& channel_id) {
    askers_.note(channel_id);
    queue_.add(channel_id);
  }
  // The channel's loaded playlist was edited, or media of it became ready: the worker gets the new list.
  void list_changed(const std::string& channel_id);
  // Waits until the channel is neither starting nor stopping, and returns it as it is then; after the timeout too.
  Channel wait_until_settled(const std::string& channel_id, std::chrono::milliseconds timeout);

 private:
  // The channel's workload of its present grant, and how it ended if it did.
  struct Found {
    std::optional<Workload> running;
    std::optional<LastWords> ended;
  };

  // reconciler.cpp: the loop
  void look(const std::string& channel_id);
  void look_or_throw(const std::string& channel_id);
  // Whether nothing is left to be done for whoever asked.
  bool settled(const std::string& channel_id);
  Found find_and_clear(const std::string& channel_id, const std::optional<Channel>& channel);
  void take_off_air(const Channel& channel, const std::optional<Workload>& own);
  void forget(const std::string& channel_id);
  void push_list(const Channel& channel);
  std::shared_ptr<Follower> followed(const std::string& channel_id);
  std::shared_ptr<Follower> follow(const Channel& channel);
  void unfollow(const std::string& channel_id);
  void announce_settled();

  // reconciler_start.cpp: onto the air, and back onto it
  void bring_on_air(Channel channel, const Found& found);
  void attend(const Channel& channel, const Workload& own);
  // `after`: a worker port that was found in use, or 0.
  void launch(Channel channel, int after);
  void ended_while_starting(Channel channel, const LastWords& words);
  // It was on air, and answers no more.
  void lose(Channel channel, const Workload& own, const std::string& reason);
  // On the next grant, after the pause that its failures ask for; channel.error_message says what was lost.
  void restart(Channel channel);
  void fail(const Channel& channel, const std::string& reason);

  const Dependencies& dependencies_;
  Workloads workloads_;
  RestartPauses pauses_;
  std::mutex mutex_;
  std::condition_variable settled_;
  std::uint64_t changes_ = 0;
  std::map<std::string, std::shared_ptr<Follower>> followers_;
  std::set<std::string> lists_changed_;
  trace::Askers askers_;
  WorkQueue queue_;
  bool stopped_ = false;  // by the thread that stops
};

}  // namespace wyvern::playout
