// The reconciler's way onto the air: a worker's start, its first answer, its loss, and its restart.
#include <utility>

#include "operations/operation.hpp"
#include "playout/claims.hpp"
#include "playout/grant.hpp"
#include "playout/reconciler.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::playout {

using std::chrono::milliseconds;

void Reconciler::bring_on_air(Channel channel, const Found& found) {
  if (found.running) {
    attend(channel, *found.running);
    return;
  }
  const auto follower = followed(channel.id);
  unfollow(channel.id);
  if (channel.status == "error") {
    restart(std::move(channel));
  } else if (channel.status != "starting") {
    const std::string words = found.ended ? found.ended->message : std::string();
    channel.error_message = "the worker ended unexpectedly" + (words.empty() ? std::string() : ": " + words);
    restart(std::move(channel));
  } else if (found.ended && follower && follower->epoch() == channel.epoch) {
    ended_while_starting(std::move(channel), *found.ended);
  } else {
    // Not begun yet, or begun by a controller that is no more: a start is asked for once, and is tried.
    launch(std::move(channel), 0);
  }
}

// It runs: launched a moment ago, on air, or adopted after a restart of the controller.
void Reconciler::attend(const Channel& channel, const Workload& own) {
  const auto follower = follow(channel);
  switch (follower->state()) {
    case Follower::State::awaited:
      return;  // the follower wakes us
    case Follower::State::silent:
      if (channel.status == "starting") {
        workloads_.end(own.handle, milliseconds(0));
        unfollow(channel.id);
        fail(channel, "the worker did not start: " + follower->silence());
      } else {
        lose(channel, own, "the worker was killed: " + follower->silence());
      }
      return;
    case Follower::State::answering:
      if (channel.status != "running" && grant::running(dependencies_, channel, own.handle)) {
        dependencies_.log(WYV_LOG_INFO, "a channel is on air", {{"channel_id", channel.id}, {"epoch", channel.epoch}});
        announce_settled();
      }
      push_list(channel);
      return;
  }
}

void Reconciler::launch(Channel channel, int after) {
  const auto& settings = dependencies_.settings;
  try {
    channel.worker_port = dependencies_.store.write([&](store::Session& session) {
      const int port =
          claim_worker_port(session, dependencies_.node, {settings.first_worker_port, settings.last_worker_port}, after,
                            {"channel", channel.id});
      session.run("UPDATE playout_channels SET worker_port = $1 WHERE id = $2 AND epoch = $3",
                  {port, channel.id, channel.epoch});
      return std::optional<std::int64_t>(port);
    });
  } catch (const operations::Refusal& refusal) {
    fail(channel, refusal.what());
    return;
  }
  dependencies_.log(WYV_LOG_INFO, "starting a channel's worker",
                    {{"channel_id", channel.id}, {"epoch", channel.epoch}, {"port", channel.worker_port.value_or(0)}});
  const auto handle = launch_worker(dependencies_, channel);
  if (!handle) {
    fail(channel, handle.error().message);
    return;
  }
  (void)follow(channel);
}

void Reconciler::ended_while_starting(Channel channel, const LastWords& words) {
  if (words.code == "http.address_in_use" && channel.worker_port) {
    // Whoever binds first has the port, above all another controller of this machine with the same range.
    const int port = static_cast<int>(*channel.worker_port);
    dependencies_.log(WYV_LOG_WARNING, "the port of a worker is in use; trying the next one",
                      {{"channel_id", channel.id}, {"port", port}});
    launch(std::move(channel), port);
    return;
  }
  fail(channel,
       "the worker ended while it started" +
           (words.message.empty() ? "; see " + (channel_folder(dependencies_, channel.id) / "worker.log").string()
                                  : ": " + words.message));
}

void Reconciler::lose(Channel channel, const Workload& own, const std::string& reason) {
  // Said before it is done: a runtime that does not kill it leaves the reason to be seen, and is asked again.
  if (channel.status != "error") {
    if (!grant::lost(dependencies_, channel, reason)) {
      queue_.add(channel.id);
      return;
    }
    announce_settled();
    dependencies_.log(WYV_LOG_ERROR, "a channel's worker is lost", {{"channel_id", channel.id}, {"reason", reason}});
    channel.status = "error";
    channel.error_message = reason;
  }
  workloads_.end(own.handle, milliseconds(0));
  unfollow(channel.id);
  restart(std::move(channel));
}

void Reconciler::restart(Channel channel) {
  const std::string reason = channel.error_message.value_or("the worker was lost");
  const auto wait = pauses_.left(channel.id);
  if (wait.count() > 0) {
    if (channel.status != "error" && grant::lost(dependencies_, channel, reason)) announce_settled();
    queue_.add(channel.id, wait);
    return;
  }
  if (!grant::again(dependencies_, channel, reason)) {
    queue_.add(channel.id);
    return;
  }
  dependencies_.log(
      WYV_LOG_WARNING, "restarting a channel's worker",
      {{"channel_id", channel.id}, {"reason", reason}, {"in_a_row", pauses_.failures_in_a_row(channel.id)}});
  launch(std::move(channel), 0);
}

void Reconciler::fail(const Channel& channel, const std::string& reason) {
  grant::failed(dependencies_, channel, reason);
  dependencies_.log(WYV_LOG_ERROR, "a channel's worker did not start",
                    {{"channel_id", channel.id}, {"reason", reason}, {"tried_again", channel.recovering()}});
  announce_settled();
  queue_.add(channel.id);
}

}  // namespace wyvern::playout
