// What a worker hears of its engine, and what it writes down of it.
#include "worker/worker_impl.hpp"

namespace wyvern::worker {

void Worker::Impl::take(std::string_view text) {
  Json event = Json::parse(text, nullptr, false);
  if (!event.is_object() || text_of(event, "type").empty()) {
    event = {{"type", "unreadable_event"}, {"text", std::string(text.substr(0, 200))}};
    log(WYV_LOG_ERROR, "the engine told something that is no event", {{"text", event["text"]}});
  }
  const std::string type = text_of(event, "type");
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

void Worker::Impl::tell(const Json& event) { (void)spool->append(event); }

void Worker::Impl::save(bool lasting) {
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

void Worker::Impl::save_list(const OnAirList& next) {
  const std::lock_guard lock(files_mutex);
  note(files.write_list(next));
}

void Worker::Impl::note(const Result<void>& written) {
  const std::string fault = written ? "" : written.error().message;
  if (fault == resume_fault) return;
  if (!fault.empty()) {
    log(WYV_LOG_ERROR, "what is on air cannot be written down: a crash now could not be resumed", {{"fault", fault}});
  }
  resume_fault = fault;
}

void Worker::Impl::control() {
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

void Worker::Impl::checkpoint() {
  const auto status = engine.status();
  if (status) {
    const std::lock_guard lock(control_mutex);
    answered = std::chrono::steady_clock::now();
  }
  if (!on) {
    if (left_unsaved.exchange(false)) save(true);
    return;
  }
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

}  // namespace wyvern::worker
