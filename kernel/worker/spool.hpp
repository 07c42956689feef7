// The spool: as-run events, numbered by the worker, kept until the controller has acknowledged them.
//
// Numbers rise for ever, across restarts, and are without gaps within a spool. A new spool begins at the wall clock's
// milliseconds, so that one on another machine, or after the folder was lost, does not use numbers again that the
// controller has seen.
//
// `append` only takes a lock for moments: a thread of the spool writes and syncs, several events at once when they
// come faster than the disk. An event is given out once it is on the disk, so what the controller knows is never lost
// here. When the disk takes nothing (`full`, `failing`), events stay in memory up to a bound and are given out from
// there; past the bound they are counted, and the count becomes an event of its own as soon as there is room.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "worker/spool_file.hpp"

namespace wyvern::worker {

using Json = nlohmann::json;

struct SpoolOptions {
  std::filesystem::path directory;
  std::int64_t epoch = 0;
  std::uint64_t limit_bytes = 256 * 1024 * 1024;
  std::uint64_t memory_bytes = 8 * 1024 * 1024;
  std::uint64_t compact_bytes = 1024 * 1024;  // acknowledged bytes in the file that are worth a new file
  std::chrono::milliseconds retry{1000};
  std::function<std::int64_t()> wall_us;
  // A change of the state, for the log. From the spool's thread.
  std::function<void(const std::string& state, const std::string& reason)> state_changed;
};

// Any thread.
class Spool {
 public:
  // Opens the folder; the run is counted. See SpoolFile::open for the errors.
  static Result<std::unique_ptr<Spool>> open(SpoolOptions options);
  // Writes what waits, for at most two seconds.
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // The records that earlier runs left on the disk, acknowledged or not; before the first append.
  void replay(std::uint64_t after, const std::function<void(std::uint64_t number, const Json& event)>& each) const;
  std::uint64_t last_found() const { return last_found_; }
  // Frees what replay needs.
  void end_replay();

  // Returns the event's number, or 0 when there is no room for it left.
  std::uint64_t append(const Json& event);
  // Forgets everything up to `number`. Returns false when there is no such number yet.
  bool acknowledge(std::uint64_t number);

  struct Page {
    Json events = Json::array();  // each the event's own object with "number", "run" and "epoch"
    std::uint64_t last = 0;       // the last of `events`, or `after`
  };
  // What was not acknowledged and lies behind `after`, oldest first.
  Page read(std::uint64_t after, std::size_t limit) const;
  bool has_newer(std::uint64_t after) const;
  // Calls `changed`, from the spool's thread, whenever newer ones can be read. Set once, before the first append.
  void on_readable(std::function<void()> changed);

  // Waits until all that was appended is on the disk; false when it is not after `timeout`, or the disk takes nothing.
  bool flush(std::chrono::milliseconds timeout);

  std::uint64_t last() const;
  std::uint64_t run() const { return run_; }
  std::int64_t epoch() const;
  void raise_epoch(std::int64_t epoch);
  // {"id","last","acknowledged","waiting","unwritten","bytes","state":"ok|full|failing","reason","lost","damaged"}
  Json status() const;

 private:
  struct Entry {
    std::uint64_t number = 0;
    Extent extent;     // once written
    std::string line;  // until written
  };
  Spool(SpoolOptions options, std::unique_ptr<SpoolFile> file);
  void begin();
  std::uint64_t add(const Json& event);
  void add_loss();
  void work();
  bool write_some(std::unique_lock<std::mutex>& lock);
  void reserve(std::unique_lock<std::mutex>& lock);
  void save_marks(std::unique_lock<std::mutex>& lock, bool sync);
  void compact(std::unique_lock<std::mutex>& lock);
  void set_state(std::string state, std::string reason);
  bool worth_compacting() const;
  std::uint64_t readable() const;

  SpoolOptions options_;
  std::unique_ptr<SpoolFile> file_;  // used by the spool's thread; by `begin` before it runs
  Scan found_;
  std::uint64_t last_found_ = 0;
  std::uint64_t run_ = 0;
  std::function<void()> changed_;

  mutable std::mutex mutex_;
  std::condition_variable wake_, written_;
  std::shared_ptr<const OpenFile> readable_file_;
  std::deque<Entry> entries_;  // not acknowledged, by number
  Marks marks_;
  bool marks_dirty_ = false;
  bool nudged_ = false;
  std::uint64_t next_ = 1;     // the next event's number
  std::uint64_t durable_ = 0;  // up to here on the disk, or acknowledged
  std::uint64_t memory_ = 0;   // bytes of the lines that are not on the disk
  std::uint64_t file_end_ = 0;
  std::uint64_t live_bytes_ = 0;  // of the entries on the disk
  std::uint64_t lost_ = 0;        // since the spool was opened
  struct Loss {
    std::uint64_t count = 0;
    std::int64_t first_us = 0, last_us = 0;
  } loss_;  // not yet told as an event
  std::string state_ = "ok", reason_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wyvern::worker
