// The job queue: rows that are claimed, leased, renewed, and fenced by owner and attempt.
//
// An attempt runs outside every transaction. Its outcome and whatever it changes are written in one transaction, which
// does nothing when the job is not this attempt's any more: cancelled, deleted, or taken over after the lease ran out.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "events/log.hpp"
#include "staging/job.hpp"
#include "staging/job_table.hpp"
#include "store/store.hpp"
#include "trace/askers.hpp"
#include "wyvern/result.hpp"

namespace wyvern::staging {

// Writes a log line; `level` is one of WYV_LOG_*.
using Say = std::function<void(std::int32_t level, std::string_view message, const Json& fields)>;

// One attempt under way, as its handler sees it. Used by the handler's thread, but for `cancelled`.
class Work {
 public:
  Work(Job job, std::function<void(std::int64_t done, std::int64_t total)> write_progress)
      : job_(std::move(job)), write_progress_(std::move(write_progress)) {}

  const Job& job() const { return job_; }
  // Set when the job was cancelled or taken over, or the program stops: the handler leaves soon.
  const std::atomic<bool>& cancelled() const { return cancelled_; }
  // Throws Failure "job.cancelled" once that is so.
  void check() const;
  // Says that the attempt lives. The lease of one that is silent for longer than `Queue::Options::silence` runs out.
  void alive();
  // Bytes done; implies `alive`. Written to the row at most twice a second.
  void progress(std::uint64_t done, std::uint64_t total);

 private:
  friend class Queue;
  const Job job_;
  std::function<void(std::int64_t, std::int64_t)> write_progress_;
  std::atomic<bool> cancelled_{false};
  std::atomic<std::int64_t> lived_ns_{0};   // steady clock
  std::atomic<std::int64_t> leased_ns_{0};  // steady clock: when the lease runs out, counted from before it was asked
  std::chrono::steady_clock::time_point written_{};
};

// How one type of job is done. Functions that take a Session run in the transaction that changes the job.
struct Handler {
  using Finish = std::function<void(store::Session&)>;

  // Does the work and returns what shall be written along with the job's success. Throws Failure; one that is
  // retryable is tried again until max_attempts. An exception of another type counts as final.
  std::function<Finish(Work&)> run;
  // The job was claimed.
  std::function<void(store::Session&, const Job&)> claimed;
  // An attempt failed and another will follow.
  std::function<void(store::Session&, const Job&, const Error&)> delayed;
  // The job failed for good, or was cancelled (code "job.cancelled").
  std::function<void(store::Session&, const Job&, const Error&)> failed;
  // A failed or cancelled job was queued again by hand. Throws to refuse.
  std::function<void(store::Session&, const Job&)> retried;
};

// Thread-safe.
class Queue {
 public:
  struct Options {
    std::string owner_group = "local";  // names this process's place; see release_group
    std::chrono::milliseconds lease{30'000};
    std::chrono::milliseconds poll{1'000};
    std::chrono::milliseconds silence{120'000};
    std::chrono::milliseconds first_backoff{1'000};  // doubles with each failure up to `longest_backoff`
    std::chrono::milliseconds longest_backoff{60'000};
    int max_attempts = 5;
    std::function<void()> tell_others = {};  // other programs on the store: there are new jobs
  };

  Queue(store::Store store, events::Log& events, Options options, Say say = {});
  ~Queue();  // stops
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // Before start. Each type has workers of its own, so that no type waits for another.
  void handle(std::string type, Handler handler, int workers);
  void start();
  // Withdraws from what is under way, gives it back to the queue without counting a failure, joins all threads.
  // Idempotent.
  void stop();

  // Makes sure that the asset has an open job of that type, in the session's transaction. Asking twice is one job; the
  // higher priority wins. Returns its id. Workers are woken by the commit.
  std::string enqueue(store::Session& session, std::string_view type, std::string_view asset_id, std::int64_t priority,
                      std::chrono::milliseconds delay = {});
  // As operator's acts. Throw Failure WYV_CONFLICT "job.state" when the state does not allow it, and WYV_NOT_FOUND.
  Job retry(std::string_view id);
  Job cancel(std::string_view id, std::string_view by);

  std::optional<Job> find(std::string_view id) const;

  // For the one who knows that every process of this group but this one is dead: gives back what they had claimed.
  void release_group();
  // Removes jobs that ended well, or were cancelled, long ago.
  void forget_old();

  // Others on the store have added jobs: the workers look for them.
  void look();

  // One attempt on this thread, if a job is due: true when there was one. For tests, without `start`.
  bool work_once(std::string_view type);

 private:
  struct Type {
    std::string name;
    Handler handler;
    int workers;
  };
  const Type* type_of(std::string_view name) const;
  job_table::Horizon horizon() const;
  std::optional<Job> claim(const Type& type);
  void attempt(const Type& type, Work& work);
  void settle(const Type& type, Work& work, const std::function<bool(store::Session&)>& write);
  void renew(Work& work);
  void work(const Type& type);
  void keep_leases();
  void announce(store::Session& session, std::string_view id);
  void wake();
  void say(std::int32_t level, std::string_view message, const Json& fields) const;

  store::Store store_;
  events::Log& events_;
  Options options_;
  Say say_;
  std::string owner_;
  std::vector<std::unique_ptr<Type>> types_;
  trace::Askers askers_;  // for jobs that have not ended

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::uint64_t wakes_ = 0;
  bool stopping_ = false;
  std::map<std::string, std::shared_ptr<Work>, std::less<>> running_;  // by job id
  std::vector<std::thread> threads_;
};

}  // namespace wyvern::staging
