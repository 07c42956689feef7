#include "worker/worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "worker/worker_impl.hpp"

namespace wyvern::worker {
namespace {

constexpr std::chrono::seconds answers_within{5};

std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

void Worker::Impl::log(std::int32_t level, std::string_view message, Json fields) const {
  if (!env.log) return;
  fields["channel_id"] = settings.channel_id;
  env.log(level, message, fields);
}

Json Worker::Impl::status() {
  auto engine_status = engine.status();
  Json json =
      engine_status
          ? std::move(*engine_status)
          : Json{{"state", "unknown"},
                 {"engine_error", {{"code", engine_status.error().code}, {"message", engine_status.error().message}}}};
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

Worker::Worker(Settings settings, const wyv_engine_v1* engine, wyv_instance* instance, Environment environment)
    : impl_(std::make_unique<Impl>(std::move(settings), engine, instance, std::move(environment))) {}

Worker::~Worker() {
  stop();
  // The polls' thread reads from the spool, and the spool's thread calls the polls.
  if (impl_->polls) impl_->polls->stop();
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

}  // namespace wyvern::worker
