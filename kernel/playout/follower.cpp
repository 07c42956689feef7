#include "playout/follower.hpp"

#include <algorithm>

#include "playout/as_run.hpp"
#include "playout/worker_launch.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::playout {
namespace {

using std::chrono::milliseconds;

// A worker is asked for events in a long poll, so each answer says that it lives as well. One that has let a try pass
// is asked for what it has at once. Four tries fit into the silence that a worker is allowed.
constexpr int tries_in_silence = 4;
constexpr milliseconds least_timeout{50};
constexpr milliseconds before_first_answer{20};
constexpr milliseconds after_fault{200};
// A controller that was paused itself finds one try overdue when it goes on, and perhaps the next.
constexpr int least_tries = 3;
// The store is told that a worker without news lives so often.
constexpr milliseconds heartbeat{5000};

}  // namespace

Follower::Follower(const Dependencies& dependencies, const Channel& channel, milliseconds patience,
                   std::function<void()> changed)
    : dependencies_(dependencies),
      channel_id_(channel.id),
      epoch_(channel.epoch),
      address_(worker_address(dependencies, channel)),
      changed_(std::move(changed)),
      patience_(patience),
      thread_([this] { follow(); }) {}

Follower::~Follower() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Follower::State Follower::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::string Follower::silence() const {
  const std::lock_guard lock(mutex_);
  return "it did not answer within " + std::to_string(patience_.count()) + " ms: " + fault_;
}

void Follower::follow() {
  const auto answer_within = std::max(least_timeout, dependencies_.settings.worker_silence / tries_in_silence);
  while (!stopping_) {
    // What comes after its first answer, nobody asked for.
    const trace::Scope scope(state() == State::awaited ? asked_ : std::nullopt);
    const bool answering = state() == State::answering && tries_ == 0;  // tries_: written by this thread only
    const auto wait = answering ? answer_within : milliseconds(0);
    const auto timeout = wait + answer_within;
    const auto began = Clock::now();
    bool came = false;  // an answer, whatever becomes of its events
    try {
      const auto taken = take(wait, timeout, came);
      if (taken) {
        answered();
        // One that ends answers at once, without news.
        if (!*taken && wait.count() > 0 && Clock::now() - began < wait / 2) pause(after_fault);
        continue;
      }
      if (stopping_) return;
      // Out of something would be our own fault, with every worker at once. A worker that has answered before and now
      // refuses does not do its work, but it lives; before its first answer that may be anybody on its port.
      const auto& error = taken.error();
      const bool nobody = error.status == WYV_TIMEOUT || error.status == WYV_UNAVAILABLE;
      if (nobody || (state() == State::awaited && error.status != WYV_EXHAUSTED)) {
        not_answered(std::min<Clock::duration>(Clock::now() - began, timeout), taken.error().message);
      }
    } catch (const std::exception& fault) {
      if (came) answered();
      // Says nothing else about the worker.
      dependencies_.log(WYV_LOG_ERROR, "events of a worker could not be stored; they stay with the worker",
                        {{"channel_id", channel_id_}, {"fault", fault.what()}});
    }
    pause(state() == State::awaited ? before_first_answer : after_fault);
  }
}

void Follower::pause(milliseconds length) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, length, [this] { return stopping_.load(); });
  if (tries_ > 0) silent_ += length;
}

void Follower::answered() {
  {
    const std::lock_guard lock(mutex_);
    tries_ = 0;
    silent_ = {};
    patience_ = dependencies_.settings.worker_silence;
    if (state_ == State::answering) return;
    state_ = State::answering;
  }
  changed_();
}

void Follower::not_answered(Clock::duration waited, const std::string& fault) {
  {
    const std::lock_guard lock(mutex_);
    ++tries_;
    silent_ += waited;
    fault_ = fault;
    if (state_ == State::silent || tries_ < least_tries || silent_ < patience_) return;
    state_ = State::silent;
  }
  changed_();
}

Result<bool> Follower::take(milliseconds wait, milliseconds timeout, bool& came) {
  const auto asked = dependencies_.store.read([&](store::Session& session) {
    const auto channel = find_channel(session, channel_id_);
    return channel ? channel->events_taken : 0;
  });
  const std::string path = "/events?after=" + std::to_string(asked) + "&wait_ms=" + std::to_string(wait.count());
  const auto answer = call_worker(address_, "GET", path, nullptr, timeout, &stopping_);
  came = static_cast<bool>(answer);
  if (answer) return store(asked, answer->at("events"));
  if (answer.error().code != "events.ahead") return answer.error();
  start_over(asked, answer.error());
  return true;
}

bool Follower::store(std::int64_t asked, const Json& events) {
  const auto now = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    if (events.empty() && heard_ != Clock::time_point() && now - heard_ < heartbeat) return false;
    heard_ = now;
  }
  return dependencies_.store.write([&](store::Session& session) {
    const auto channel = find_channel(session, channel_id_);
    // Another grant's worker speaks for the channel now; what this one has comes from its spool by that one. And what
    // was asked for before the numbers began anew was stored with them.
    if (!channel || channel->epoch != epoch_ || channel->events_taken < asked) return false;
    return store_worker_events(session, dependencies_.events, *channel, events) > asked;
  });
}

void Follower::start_over(std::int64_t asked, const Error& refusal) {
  const bool ours = dependencies_.store.write([&](store::Session& session) {
    const auto channel = find_channel(session, channel_id_);
    if (!channel || channel->epoch != epoch_ || channel->events_taken != asked) return false;
    store_lost_events(session, dependencies_.events, *channel, refusal.message);
    return true;
  });
  if (!ours) return;
  dependencies_.log(WYV_LOG_WARNING,
                    "a worker has lost its record of what was on air; as-run shows the hole, and goes on with the "
                    "events that the worker has now",
                    {{"channel_id", channel_id_}, {"taken", asked}, {"worker", refusal.message}});
}

void Follower::take_the_rest(milliseconds timeout) {
  const auto until = Clock::now() + timeout;
  bool came = false;
  try {
    for (bool more = true; more && Clock::now() < until;) {
      const auto taken = take(milliseconds(0), timeout, came);
      more = taken && *taken;
      if (taken) continue;
      dependencies_.log(WYV_LOG_WARNING, "the last events of a worker were not taken; they stay in its spool",
                        {{"channel_id", channel_id_}, {"fault", taken.error().message}});
    }
  } catch (const std::exception& fault) {
    dependencies_.log(WYV_LOG_ERROR, "the last events of a worker could not be stored",
                      {{"channel_id", channel_id_}, {"fault", fault.what()}});
  }
}

}  // namespace wyvern::playout
