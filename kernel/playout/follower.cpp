#include "playout/follower.hpp"

#include "playout/as_run.hpp"
#include "playout/worker_launch.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::playout {
namespace {

constexpr std::chrono::milliseconds long_poll{10000};
constexpr std::chrono::milliseconds answer_margin{5000};
constexpr std::chrono::milliseconds after_fault{200};
constexpr int faults_until_lost = 10;

}  // namespace

Follower::Follower(const Dependencies& dependencies, const Channel& channel, std::function<void()> lost)
    : dependencies_(dependencies),
      channel_id_(channel.id),
      epoch_(channel.epoch),
      address_(worker_address(dependencies, channel)),
      lost_(std::move(lost)),
      thread_([this] { follow(); }) {}

Follower::~Follower() {
  stopping_ = true;
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Follower::take(std::chrono::milliseconds wait, std::chrono::milliseconds timeout) {
  const auto taken = dependencies_.store.read([&](store::Session& session) {
    const auto channel = find_channel(session, channel_id_);
    return channel ? channel->events_taken : 0;
  });
  const std::string path = "/events?after=" + std::to_string(taken) + "&wait_ms=" + std::to_string(wait.count());
  const auto answer = call_worker(address_, "GET", path, nullptr, timeout, &stopping_);
  if (!answer) return false;
  dependencies_.store.write([&](store::Session& session) {
    const auto channel = find_channel(session, channel_id_);
    // Another grant's worker speaks for the channel now; what this one has comes from its spool by that one.
    if (!channel || channel->epoch != epoch_) return;
    (void)store_worker_events(session, dependencies_.events, *channel, answer->at("events"));
  });
  return true;
}

void Follower::take_the_rest(std::chrono::milliseconds timeout) {
  try {
    (void)take(std::chrono::milliseconds(0), timeout);
  } catch (const std::exception& fault) {
    dependencies_.log(WYV_LOG_ERROR, "the last events of a worker could not be stored",
                      {{"channel_id", channel_id_}, {"fault", fault.what()}});
  }
}

void Follower::follow() {
  int faults = 0;
  while (!stopping_) {
    bool answered = false;
    try {
      answered = take(long_poll, long_poll + answer_margin);
    } catch (const std::exception& fault) {
      dependencies_.log(WYV_LOG_ERROR, "events of a worker could not be stored; they stay with the worker",
                        {{"channel_id", channel_id_}, {"fault", fault.what()}});
    }
    if (answered) {
      faults = 0;
      continue;
    }
    if (++faults == faults_until_lost && !stopping_) lost_();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, after_fault, [this] { return stopping_.load(); });
  }
}

}  // namespace wyvern::playout
