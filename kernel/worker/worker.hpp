// A playout worker: holds the engine of one channel, keeps the on-air list, and spools as-run events.
//
// It goes on air by itself at start and stays there when the controller dies. What the engine reports is numbered and
// kept on the disk until the controller has acknowledged it (spool.hpp). What is on air is written down about twice a
// second (on_air_files.hpp), so that after a crash the next run closes the item that was lost, and goes on where the
// list would be by now (resumption.hpp). A lease says how long this worker owns the channel (lease.hpp).
//
//   Worker worker(settings, engine.table, engine.instance, {.log = …});
//   worker.start().or_throw();
//   add_operations(table, worker);        // operations.hpp; then bring up the surfaces
//   … until SIGTERM …
//   worker.stop();                        // before the surfaces and the engine are brought down
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "operations/operation.hpp"
#include "worker/clock.hpp"
#include "worker/settings.hpp"
#include "wyvern/abi/engine.h"
#include "wyvern/result.hpp"

namespace wyvern::worker {

// What a worker needs from its process.
struct Environment {
  // `level` is one of WYV_LOG_*. From any thread, the engine's too: it may not block.
  std::function<void(std::int32_t level, std::string_view message, const Json& fields)> log;
  const Clock* clock = &Clock::system();
  // Ends the process at once, when leaving the air by asking did not work in time. Absent: _Exit(75).
  std::function<void()> die;
  std::chrono::milliseconds checkpoint_interval{500};
  std::chrono::milliseconds command_timeout{10000};
  // What an engine gets to leave the air after the lease ran out, before the process ends itself.
  std::chrono::milliseconds leave_within{500};
  std::uint64_t spool_memory_bytes = 8 * 1024 * 1024;  // of events that the disk does not take
  std::chrono::milliseconds spool_retry{1000};
};

// What a command came with.
struct Command {
  std::int64_t epoch = 0;  // of who commands; 0: not said
};

// Any thread, but for start and stop: those by one thread. Commands throw operations::Refusal (409 in the wrong state)
// or a wyvern::Failure of the engine.
class Worker {
 public:
  // The engine must be started, and outlive the worker.
  Worker(Settings settings, const wyv_engine_v1* engine, wyv_instance* instance, Environment environment = {});
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Opens the spool, closes what an unclean end left open, goes on air, and goes on with the list. A fault of the
  // spool's folder or of the engine is returned; after a fault of the engine the worker can be asked for its status
  // (`fault`), and be started again or stopped.
  Result<void> start();
  // Leaves the air, writes what waits to the disk, and leaves nothing to resume. Idempotent. Long polls are answered.
  void stop();

  Json status();
  // {"ok":bool,"reason":…}: whether the worker's own threads and the engine still answer.
  Json health();

  Json start_channel(const Command& command);
  Json stop_channel(const Command& command);
  Json load(Json playlist, const Command& command);
  Json update(Json playlist, const Command& command);
  Json pause(const Command& command);
  Json resume(const Command& command);
  Json skip(const Command& command);
  Json stop_playback(const Command& command);
  Json renew_lease(const Json& request);

  // Acknowledges all events up to `after`, and answers with those behind it: at once when there are any, else when one
  // comes or `wait` has passed. 409 "events.ahead" when this spool never had `after`.
  void events(std::uint64_t after, std::size_t limit, std::chrono::milliseconds wait,
              std::shared_ptr<operations::Answer> answer, std::shared_ptr<std::atomic<bool>> cancelled);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wyvern::worker
