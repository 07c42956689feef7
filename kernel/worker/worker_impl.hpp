// The inside of a worker, for the files that make it up.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "worker/engine_handle.hpp"
#include "worker/events_poll.hpp"
#include "worker/lease.hpp"
#include "worker/lease_watch.hpp"
#include "worker/on_air_files.hpp"
#include "worker/spool.hpp"
#include "worker/worker.hpp"
#include "wyvern/abi/host.h"
#include "wyvern/view.hpp"

namespace wyvern::worker {

constexpr std::chrono::milliseconds settle{1000};  // for the disk to take what was told

// An engine's refusal of a command, as the caller shall see it.
void demand(const Result<void>& result);

// Who may command now: one at a time. A mutex would do, but ThreadSanitizer does not know a timed one.
class Turn {
 public:
  // The turn, until what is returned is let go; nothing when it did not come in time.
  std::shared_ptr<void> take(std::chrono::milliseconds patience);

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  bool taken_ = false;
};

struct Worker::Impl {
  Impl(Settings given, const wyv_engine_v1* table, wyv_instance* instance, Environment environment)
      : settings(std::move(given)),
        env(std::move(environment)),
        clock(*env.clock),
        engine(table, instance, env.command_timeout),
        files(settings.spool_dir),
        began_ns(clock.boot_ns()) {}

  void log(std::int32_t level, std::string_view message, Json fields = Json::object()) const;
  Json status();

  static void heard(void* self, wyv_view text) { static_cast<Impl*>(self)->take(wyvern::text(text)); }
  // On the engine's thread.
  void take(std::string_view text);
  // Worker's own events go the same way, but change nothing that is on air.
  void tell(const Json& event);
  void save(bool lasting);
  void save_list(const OnAirList& next);
  // Under the files' mutex.
  void note(const Result<void>& written);
  void control();
  void checkpoint();

  void open_spool();
  void recover_once();
  // Under the air mutex. The list that is to go on is loaded first, so that it, not the slate, opens the channel.
  Result<void> go_on_air();
  void resume_failed(const Error& error);
  // Under the air mutex. Whatever the engine says, nothing is left open and nothing to resume.
  Result<void> leave_air(const std::string& reason);
  void set_fault(const std::optional<Error>& error);
  void watch_lease();
  void die();
  void lease_lost(std::chrono::nanoseconds late);

  std::shared_ptr<void> alone();
  void check(const Command& command) const;
  Json transport(const Command& command, const char* name, Result<void> (EngineHandle::*run)() const, bool end_hold);
  Json put_list(Json next, const Command& command, bool is_update);

  const Settings settings;
  const Environment env;
  const Clock& clock;
  const EngineHandle engine;

  // Order: turn, air, files, on_air, then the spool's own. control_mutex is taken alone.
  Turn turn;
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
  std::atomic<bool> left_unsaved{false};
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

}  // namespace wyvern::worker
