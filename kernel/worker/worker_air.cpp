// How a worker comes on air, and how it leaves it.
#include <algorithm>
#include <cstdlib>

#include "worker/recovery.hpp"
#include "worker/worker_impl.hpp"

namespace wyvern::worker {

void Worker::Impl::open_spool() {
  SpoolOptions options;
  options.directory = settings.spool_dir;
  options.epoch = settings.epoch;
  options.limit_bytes = settings.spool_limit_bytes;
  options.memory_bytes = env.spool_memory_bytes;
  options.retry = env.spool_retry;
  options.wall_us = [this] { return clock.wall_us(); };
  options.state_changed = [this](const std::string& state, const std::string& reason) {
    if (state == "ok") {
      log(WYV_LOG_INFO, "the spool is on the disk again");
    } else {
      log(WYV_LOG_ERROR, "the spool cannot be written: events stay in memory", {{"state", state}, {"reason", reason}});
    }
  };
  spool = Spool::open(std::move(options)).or_throw();
  polls = std::make_unique<EventsPoll>(*spool);
  spool->on_readable([this] { polls->look_again(); });
  const auto found = spool->status();
  if (found["damaged"].get<std::uint64_t>() > 0) {
    tell({{"type", "spool_damaged"}, {"lines", found["damaged"]}, {"at_us", clock.wall_us()}});
  }
}

void Worker::Impl::recover_once() {
  if (recovered_once) return;
  recovered_once = true;
  auto recovery = recover(settings, files, *spool, clock);
  told = recovery.told;
  playlist = std::move(recovery.playlist);
  {
    const std::lock_guard lock(on_air_mutex);
    on_air = std::move(recovery.on_air);
    list = std::move(recovery.list);
    hold_wanted = recovery.paused;
  }
  if (told.is_object()) log(WYV_LOG_WARNING, "the worker before this one ended unexpectedly", told);
  off_by_order = recovery.off;
  save(true);
}

Result<void> Worker::Impl::go_on_air() {
  if (!configured) {
    if (auto result = engine.configure(settings.channel, {this, &heard}); !result) return result;
    configured = true;
  }
  bool load_after = false;
  if (playlist) {
    const auto loaded = engine.load(*playlist);
    load_after = !loaded && loaded.error().status == WYV_WRONG_STATE;
    if (!loaded && !load_after) resume_failed(loaded.error());
  }
  if (auto result = engine.start_channel(); !result) return result;
  on = true;
  waits_for_lease = false;
  {
    const std::lock_guard lock(on_air_mutex);
    on_air.off = false;
  }
  if (load_after) {
    if (const auto loaded = engine.load(*playlist); !loaded) resume_failed(loaded.error());
  }
  playlist.reset();
  set_fault(std::nullopt);
  save(true);
  return {};
}

void Worker::Impl::resume_failed(const Error& error) {
  log(WYV_LOG_ERROR, "the list could not be resumed", {{"fault", error.message}});
  tell({{"type", "resumption_failed"}, {"reason", error.message}, {"code", error.code}, {"at_us", clock.wall_us()}});
  const std::lock_guard lock(on_air_mutex);
  on_air.target.clear();
  on_air.ended = true;
  hold_wanted = false;
}

Result<void> Worker::Impl::leave_air(const std::string& reason) {
  auto result = engine.stop_channel();
  if (result) on = false;
  std::vector<Json> open;
  {
    const std::lock_guard lock(on_air_mutex);
    open = endings(on_air, "stopped", reason);
    for (const auto& event : open) on_air.fold(spool->append(event), event, &clock);
    on_air.off = true;
    on_air.ended = true;
    list.reset();
  }
  return result;
}

void Worker::Impl::set_fault(const std::optional<Error>& error) {
  const std::lock_guard lock(on_air_mutex);
  fault = error ? Json{{"code", error->code}, {"message", error->message}} : Json(nullptr);
}

void Worker::Impl::watch_lease() {
  if (settings.on_loss != Settings::OnLoss::leave) return;
  watch = std::make_unique<LeaseWatch>(*lease, env.leave_within,
                                       LeaseWatch::Actions{[this](std::chrono::nanoseconds late) { lease_lost(late); },
                                                           [this] {
                                                             const std::lock_guard lock(air_mutex);
                                                             if (!on) return;
                                                             if (!leave_air("the lease ran out")) die();
                                                             left_unsaved = true;
                                                             const std::lock_guard files_lock(files_mutex);
                                                             files.remove_list();
                                                           },
                                                           [this] { die(); }});
}

void Worker::Impl::die() {
  log(WYV_LOG_ERROR, "the engine did not leave the air as asked: the process ends itself");
  (void)spool->flush(std::chrono::milliseconds(200));
  env.die ? env.die() : std::_Exit(75);
}

void Worker::Impl::lease_lost(std::chrono::nanoseconds late) {
  const auto late_ms = std::chrono::duration_cast<std::chrono::milliseconds>(late).count();
  tell({{"type", "lease_lost"},
        {"at_us", clock.wall_us()},
        {"late_ms", late_ms},
        {"on_air", on.load()},
        {"reason", "the lease was not renewed in time: this worker leaves the air"}});
  log(WYV_LOG_ERROR, "the lease was not renewed in time: leaving the air", {{"late_ms", late_ms}});
}

}  // namespace wyvern::worker
