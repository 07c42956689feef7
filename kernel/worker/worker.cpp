#include "worker/worker.hpp"

#include <unistd.h>
#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "worker/engine_handle.hpp"
#include "worker/events_poll.hpp"
#include "worker/lease.hpp"
#include "worker/lease_watch.hpp"
#include "worker/on_air_files.hpp"
#include "worker/recovery.hpp"
#include "worker/spool.hpp"
#include "wyvern/abi/host.h"
#include "wyvern/view.hpp"

namespace wyvern::worker {
namespace {

using operations::Refusal;
constexpr std::chrono::seconds busy_wait{5};
constexpr std::chrono::milliseconds settle{1000};
constexpr std::chrono::seconds answers_within{5};

// An engine's refusal of a command as the caller shall see it.
void demand(const Result<void>& result) {
  if (result) return;
  const Error& error = result.error();
  if (error.status == WYV_WRONG_STATE) throw Refusal(409, error.code, error.message);
  if (error.status == WYV_TIMEOUT) throw Refusal(504, error.code, error.message);
  throw Failure(error);
}

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

std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

struct Worker::Impl {
  Impl(Settings given, const wyv_engine_v1* table, wyv_instance* instance, Environment environment)
      : settings(std::move(given)),
        env(std::move(environment)),
        clock(*env.clock),
        engine(table, instance, env.command_timeout),
        files(settings.spool_dir),
        began_ns(clock.boot_ns()) {}

  void log(std::int32_t level, std::string_view message, Json fields = Json::object()) const {
    if (!env.log) return;
    fields["channel_id"] = settings.channel_id;
    env.log(level, message, fields);
  }

  // ---- what the engine tells ----

  static void heard(void* self, wyv_view text) { static_cast<Impl*>(self)->take(wyvern::text(text)); }

  // On the engine's thread.
  void take(std::string_view text) {
    Json event = Json::parse(text, nullptr, false);
    if (!event.is_object()) {
      event = {{"type", "unreadable_event"}, {"text", std::string(text.substr(0, 200))}};
      log(WYV_LOG_ERROR, "the engine told something that is no JSON object", {{"text", event["text"]}});
    }
    const std::string type = event.value("type", "");
    {
      const std::lock_guard lock(on_air_mutex);
      on_air.fold(spool->append(event), event, &clock);
    }
    if (type != "item_started" && type != "item_ended" && type != "playback_ended") return;
    {
      const std::lock_guard lock(control_mutex);
      look_now = true;
    }
    control_wake.notify_all();
  }

  // Worker's own events go the same way, but change nothing that is on air.
  void tell(const Json& event) { (void)spool->append(event); }

  // ---- what is written down ----

  void save(bool lasting) {
    const std::lock_guard lock(files_mutex);
    // The file may not know of events that the spool could still lose.
    (void)spool->flush(settle);
    OnAir state;
    {
      const std::lock_guard guard(on_air_mutex);
      if (cleanly_stopped) return;
      on_air.alive = Moment::now(clock);
      state = on_air;
    }
    note(files.write(state, lasting));
  }

  void save_list(const OnAirList& next) {
    const std::lock_guard lock(files_mutex);
    note(files.write_list(next));
  }

  // Under the files' mutex.
  void note(const Result<void>& written) {
    const std::string fault = written ? "" : written.error().message;
    if (fault == resume_fault) return;
    if (!fault.empty()) {
      log(WYV_LOG_ERROR, "what is on air cannot be written down: a crash now could not be resumed", {{"fault", fault}});
    }
    resume_fault = fault;
  }

  // ---- the control thread: checkpoints, and the hold after a recovery ----

  void control() {
    std::unique_lock lock(control_mutex);
    while (!control_stopping) {
      control_wake.wait_for(lock, env.checkpoint_interval, [this] { return control_stopping || look_now; });
      if (control_stopping) return;
      look_now = false;
      lock.unlock();
      checkpoint();
      lock.lock();
    }
  }

  void checkpoint() {
    const auto status = engine.status();
    if (status) {
      const std::lock_guard lock(control_mutex);
      answered = std::chrono::steady_clock::now();
    }
    if (!on) return;
    bool hold = false;
    if (status) {
      const std::lock_guard lock(on_air_mutex);
      on_air.observe(*status, clock, hold_wanted);
      hold = hold_wanted && on_air.on_air() != nullptr;
    }
    if (hold && engine.pause()) {
      const std::lock_guard lock(on_air_mutex);
      hold_wanted = false;
    }
    save(false);
  }

  // ---- on and off ----

  void open_spool() {
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
        log(WYV_LOG_ERROR, "the spool cannot be written: events stay in memory",
            {{"state", state}, {"reason", reason}});
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

  void recover_once() {
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

  // Under the air mutex. The list that is to go on is loaded first, so that it, not the slate, opens the channel.
  Result<void> go_on_air() {
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

  void resume_failed(const Error& error) {
    log(WYV_LOG_ERROR, "the list could not be resumed", {{"fault", error.message}});
    tell({{"type", "resumption_failed"}, {"reason", error.message}, {"code", error.code}, {"at_us", clock.wall_us()}});
    const std::lock_guard lock(on_air_mutex);
    on_air.target.clear();
    on_air.ended = true;
    hold_wanted = false;
  }

  // Under the air mutex. Whatever the engine says, nothing is left open and nothing to resume.
  Result<void> leave_air(const std::string& reason) {
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

  void set_fault(const std::optional<Error>& error) {
    const std::lock_guard lock(on_air_mutex);
    fault = error ? Json{{"code", error->code}, {"message", error->message}} : Json(nullptr);
  }

  // ---- the lease ----

  void watch_lease() {
    if (settings.on_loss != Settings::OnLoss::leave) return;
    watch = std::make_unique<LeaseWatch>(
        *lease, env.leave_within,
        LeaseWatch::Actions{[this](std::chrono::nanoseconds late) { lease_lost(late); },
                            [this] {
                              const std::lock_guard lock(air_mutex);
                              if (!on) return;
                              (void)leave_air("the lease ran out");
                              const std::lock_guard files_lock(files_mutex);
                              files.remove_list();
                            },
                            [this] {
                              log(WYV_LOG_ERROR, "the engine did not leave the air in time: the process ends itself");
                              (void)spool->flush(std::chrono::milliseconds(200));
                              env.die ? env.die() : std::_Exit(75);
                            }});
  }

  void lease_lost(std::chrono::nanoseconds late) {
    const auto late_ms = std::chrono::duration_cast<std::chrono::milliseconds>(late).count();
    tell({{"type", "lease_lost"},
          {"at_us", clock.wall_us()},
          {"late_ms", late_ms},
          {"on_air", on.load()},
          {"reason", "the lease was not renewed in time: this worker leaves the air"}});
    log(WYV_LOG_ERROR, "the lease was not renewed in time: leaving the air", {{"late_ms", late_ms}});
  }

  // ---- commands ----

  std::unique_lock<std::timed_mutex> alone() {
    if (!spool) throw Refusal(503, "worker.not_started", "the worker has not started yet");
    std::unique_lock lock(command_mutex, busy_wait);
    if (!lock) throw Refusal(503, "worker.busy", "another command has not come back from the engine; try again soon");
    return lock;
  }

  void check(const Command& command) const {
    if (command.epoch == 0 || command.epoch >= lease->epoch()) return;
    throw Refusal(409, "worker.epoch",
                  "the command is of epoch " + std::to_string(command.epoch) +
                      ", but the channel was granted again as " + std::to_string(lease->epoch()),
                  {{"epoch", lease->epoch()}});
  }

  Json transport(const Command& command, const char* name, Result<void> (EngineHandle::*run)() const, bool end_hold) {
    const auto lock = alone();
    check(command);
    demand((engine.*run)());
    if (end_hold) {
      const std::lock_guard guard(on_air_mutex);
      hold_wanted = false;
    }
    checkpoint();
    return {{"done", name}, {"status", status()}};
  }

  Json put_list(Json next, const Command& command, bool is_update) {
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

  Json status() {
    auto engine_status = engine.status();
    Json json = engine_status
                    ? std::move(*engine_status)
                    : Json{{"state", "unknown"},
                           {"engine_error",
                            {{"code", engine_status.error().code}, {"message", engine_status.error().message}}}};
    json["channel_id"] = settings.channel_id;
    json["on_air"] = on.load();
    json["uptime_s"] = (clock.boot_ns() - began_ns) / 1'000'000'000;
    json["resident_bytes"] = resident_bytes();
    json["spool"] = spool ? spool->status() : Json(nullptr);
    json["lease"] = lease ? lease->status() : Json(nullptr);
    json["epoch"] = lease ? lease->epoch() : settings.epoch;
    json["run"] = spool ? spool->run() : 0;
    {
      const std::lock_guard lock(on_air_mutex);
      json["recovered"] = told;
      json["fault"] = fault;
    }
    const std::lock_guard lock(files_mutex);
    json["resumable"] = {{"state", resume_fault.empty() ? "ok" : "failing"},
                         {"reason", resume_fault.empty() ? Json(nullptr) : Json(resume_fault)}};
    return json;
  }

  const Settings settings;
  const Environment env;
  const Clock& clock;
  const EngineHandle engine;

  // Order: command, air, files, on_air, then the spool's own. control_mutex is taken alone.
  std::timed_mutex command_mutex;
  std::mutex air_mutex;  // starting and stopping the channel
  std::mutex files_mutex;
  OnAirFiles files;
  std::string resume_fault;
  std::mutex on_air_mutex;
  OnAir on_air;
  std::optional<OnAirList> list;
  bool hold_wanted = false;
  bool cleanly_stopped = false;
  Json told;
  Json fault;

  std::unique_ptr<Spool> spool;
  std::unique_ptr<EventsPoll> polls;
  std::unique_ptr<Lease> lease;
  std::unique_ptr<LeaseWatch> watch;

  std::atomic<bool> on{false};
  std::atomic<bool> waits_for_lease{false};
  bool configured = false;
  bool recovered_once = false;
  bool off_by_order = false;
  std::optional<Json> playlist;  // to resume
  std::uint64_t loads = 0;
  const std::int64_t began_ns;

  std::mutex control_mutex;
  std::condition_variable control_wake;
  bool look_now = false;
  bool control_stopping = false;
  std::chrono::steady_clock::time_point answered = std::chrono::steady_clock::now();
  std::thread control_thread;
};

Worker::Worker(Settings settings, const wyv_engine_v1* engine, wyv_instance* instance, Environment environment)
    : impl_(std::make_unique<Impl>(std::move(settings), engine, instance, std::move(environment))) {}

Worker::~Worker() {
  stop();
  if (impl_->polls) impl_->polls->stop();
  // The spool's thread calls the polls, and the polls read from the spool.
  if (impl_->spool) impl_->spool->on_readable(nullptr);
  impl_->polls.reset();
  impl_->spool.reset();
}

Result<void> Worker::start() try {
  auto& self = *impl_;
  if (!self.spool) {
    self.open_spool();
    self.lease =
        std::make_unique<Lease>(self.settings, self.spool->epoch(), self.settings.spool_dir / "lease.json", self.clock);
  }
  self.recover_once();
  if (!self.control_thread.joinable()) self.control_thread = std::thread([&self] { self.control(); });
  Result<void> result;
  {
    const std::lock_guard lock(self.air_mutex);
    if (self.on || self.off_by_order) return {};
    if (!self.lease->holds()) {
      self.waits_for_lease = true;
      self.set_fault(Error{WYV_WRONG_STATE, "lease.required", "this worker goes on air once it has a lease", "", true});
    } else {
      result = self.go_on_air();
      if (!result) self.set_fault(result.error());
    }
  }
  if (!self.watch) self.watch_lease();
  return result;
} catch (const Failure& failure) {
  return failure.error();
} catch (const std::exception& fault) {
  return Error{WYV_INTERNAL, "worker.start", fault.what(), "", false};
}

void Worker::stop() {
  auto& self = *impl_;
  if (self.control_thread.joinable()) {
    {
      const std::lock_guard lock(self.control_mutex);
      self.control_stopping = true;
    }
    self.control_wake.notify_all();
    self.control_thread.join();
  }
  self.watch.reset();
  if (!self.spool || self.cleanly_stopped) return;
  {
    const std::lock_guard lock(self.air_mutex);
    if (self.on) {
      const auto left = self.leave_air("the worker was stopped");
      if (!left)
        self.log(WYV_LOG_ERROR, "the engine did not leave the air as asked", {{"fault", left.error().message}});
    }
  }
  (void)self.spool->flush(settle);
  {
    const std::lock_guard lock(self.files_mutex);
    {
      const std::lock_guard guard(self.on_air_mutex);
      self.cleanly_stopped = true;
    }
    self.files.remove();
  }
  self.polls->stop();
}

Json Worker::status() { return impl_->status(); }

Json Worker::health() {
  const std::lock_guard lock(impl_->control_mutex);
  const auto silent = std::chrono::steady_clock::now() - impl_->answered;
  const auto allowed =
      std::max<std::chrono::steady_clock::duration>(answers_within, impl_->env.checkpoint_interval * 4);
  if (silent <= allowed) return {{"ok", true}, {"reason", nullptr}};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(silent).count();
  return {{"ok", false}, {"reason", "the engine has not answered for " + std::to_string(seconds) + " s"}};
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
