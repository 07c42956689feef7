// What a worker is told to do.
#include <algorithm>
#include <set>

#include "worker/worker_impl.hpp"

namespace wyvern::worker {
namespace {

using operations::Refusal;
constexpr std::chrono::seconds busy_wait{5};

void check_list(const Json& playlist) {
  const Json& items = playlist.at("items");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto id = items[i].at("id").get<std::string>();
    if (!ids.insert(id).second) {
      throw Refusal(
          400, "playlist.item_twice",
          "items[" + std::to_string(i) + "].id '" + id + "' stands in the list twice; each airing needs its own id");
    }
  }
  const auto index = playlist.value("start", Json::object()).value("index", std::size_t{0});
  if (index != 0 && index >= items.size()) {
    throw Refusal(
        400, "playlist.start",
        "start.index is " + std::to_string(index) + ", but the list has " + std::to_string(items.size()) + " items");
  }
}

}  // namespace

void demand(const Result<void>& result) {
  if (result) return;
  const Error& error = result.error();
  if (error.status == WYV_WRONG_STATE) throw Refusal(409, error.code, error.message);
  if (error.status == WYV_TIMEOUT) throw Refusal(504, error.code, error.message);
  throw Failure(error);
}

std::shared_ptr<void> Turn::take(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (!free_.wait_for(lock, patience, [this] { return !taken_; })) return nullptr;
  taken_ = true;
  return {this, [](Turn* turn) {
            const std::lock_guard given_back(turn->mutex_);
            turn->taken_ = false;
            turn->free_.notify_one();
          }};
}

std::shared_ptr<void> Worker::Impl::alone() {
  if (!spool) throw Refusal(503, "worker.not_started", "the worker has not started yet");
  auto mine = turn.take(busy_wait);
  if (!mine) throw Refusal(503, "worker.busy", "another command has not come back from the engine; try again soon");
  return mine;
}

void Worker::Impl::check(const Command& command) const {
  if (command.epoch == 0 || command.epoch >= lease->epoch()) return;
  throw Refusal(409, "worker.epoch",
                "the command is of epoch " + std::to_string(command.epoch) + ", but the channel was granted again as " +
                    std::to_string(lease->epoch()),
                {{"epoch", lease->epoch()}});
}

Json Worker::Impl::transport(const Command& command, const char* name, Result<void> (EngineHandle::*run)() const,
                             bool end_hold) {
  const auto lock = alone();
  check(command);
  demand((engine.*run)());
  log(WYV_LOG_INFO, "told by its controller", {{"command", name}});
  if (end_hold) {
    const std::lock_guard guard(on_air_mutex);
    hold_wanted = false;
  }
  checkpoint();
  return {{"done", name}, {"status", status()}};
}

Json Worker::Impl::put_list(Json next, const Command& command, bool is_update) {
  const auto lock = alone();
  check(command);
  check_list(next);
  if (is_update) next.erase("start");
  if (!next.contains("load_id")) {
    next["load_id"] = "run" + std::to_string(spool->run()) + "-" + std::to_string(++loads);
  }
  const auto load_id = next["load_id"].get<std::string>();
  OnAirList kept{next, {load_id}, 0};
  bool ended_before = false;
  {
    const std::lock_guard guard(on_air_mutex);
    ended_before = on_air.ended;
    if (!is_update) on_air.ended = false;
    kept.after = on_air.event;
    if (is_update && list) {
      kept.load_ids.insert(
          kept.load_ids.begin(),
          list->load_ids.end() - std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(list->load_ids.size()), 100),
          list->load_ids.end());
      if (list->playlist.contains("start")) kept.playlist["start"] = list->playlist["start"];
    }
  }
  const auto result = is_update ? engine.update(next) : engine.load(next);
  if (!result) {
    const std::lock_guard guard(on_air_mutex);
    on_air.ended = ended_before;
  }
  demand(result);
  log(WYV_LOG_INFO, "told by its controller",
      {{"command", is_update ? "update" : "load"}, {"load_id", load_id}, {"items", next["items"].size()}});
  if (!is_update) {
    const std::lock_guard air(air_mutex);
    playlist.reset();  // what was to be resumed is out of date
  }
  save_list(kept);
  {
    const std::lock_guard guard(on_air_mutex);
    list = std::move(kept);
    on_air.crashes.clear();
    on_air.removed.clear();
    if (!is_update) {
      on_air.paused = hold_wanted = false;
      on_air.resumed_us = clock.wall_us();
      if (on_air.on_air() == nullptr && !next["items"].empty()) {
        const auto index = next.value("start", Json::object()).value("index", std::size_t{0});
        on_air.target = next["items"][index].value("id", "");
      }
    }
  }
  save(true);
  return {{"load_id", load_id}, {"items", next["items"].size()}, {"status", status()}};
}

Json Worker::start_channel(const Command& command) {
  auto& self = *impl_;
  const auto lock = self.alone();
  self.check(command);
  if (!self.lease->holds()) {
    throw Refusal(409, "lease.required", "this worker has no lease that still runs; renew it, then start the channel");
  }
  {
    const std::lock_guard air(self.air_mutex);
    if (self.on) throw Refusal(409, "worker.on_air", "the channel is on air already");
    self.off_by_order = false;
    const auto result = self.go_on_air();
    if (!result) self.set_fault(result.error());
    demand(result);
  }
  return {{"done", "start"}, {"status", status()}};
}

Json Worker::stop_channel(const Command& command) {
  auto& self = *impl_;
  const auto lock = self.alone();
  self.check(command);
  Result<void> result;
  {
    const std::lock_guard air(self.air_mutex);
    result = self.leave_air("the channel was stopped");
    self.playlist.reset();
    self.waits_for_lease = false;
    self.off_by_order = true;
  }
  {
    const std::lock_guard files(self.files_mutex);
    self.files.remove_list();
  }
  self.save(true);
  demand(result);
  self.log(WYV_LOG_INFO, "told by its controller", {{"command", "stop"}});
  return {{"done", "stop"}, {"status", status()}};
}

Json Worker::load(Json playlist, const Command& command) {
  return impl_->put_list(std::move(playlist), command, false);
}

Json Worker::update(Json playlist, const Command& command) {
  return impl_->put_list(std::move(playlist), command, true);
}

Json Worker::pause(const Command& command) { return impl_->transport(command, "pause", &EngineHandle::pause, false); }

Json Worker::resume(const Command& command) { return impl_->transport(command, "resume", &EngineHandle::resume, true); }

Json Worker::skip(const Command& command) { return impl_->transport(command, "skip", &EngineHandle::skip, false); }

Json Worker::stop_playback(const Command& command) {
  return impl_->transport(command, "stop-playback", &EngineHandle::stop_playback, true);
}

Json Worker::renew_lease(const Json& request) {
  auto& self = *impl_;
  if (!self.lease) throw Refusal(503, "worker.not_started", "the worker has not started yet");
  self.lease->renew(request);
  self.spool->raise_epoch(self.lease->epoch());
  if (self.waits_for_lease) {
    const std::lock_guard air(self.air_mutex);
    if (self.waits_for_lease && !self.on) {
      const auto result = self.go_on_air();
      if (!result) self.set_fault(result.error());
    }
  }
  return self.lease->status();
}

void Worker::events(std::uint64_t after, std::size_t limit, std::chrono::milliseconds wait,
                    std::shared_ptr<operations::Answer> answer, std::shared_ptr<std::atomic<bool>> cancelled) {
  auto& self = *impl_;
  if (!self.spool) throw Refusal(503, "worker.not_started", "the worker has not started yet");
  if (!self.spool->acknowledge(after)) {
    const auto status = self.spool->status();
    throw Refusal(409, "events.ahead",
                  "after=" + std::to_string(after) + " is ahead of this worker, whose newest event is " +
                      status["last"].dump() + ": its spool is another than the one that gave that number out",
                  {{"last", status["last"]}, {"spool", status["id"]}});
  }
  self.polls->answer({after, limit, std::chrono::steady_clock::now() + wait, std::move(answer), std::move(cancelled)});
}

}  // namespace wyvern::worker
