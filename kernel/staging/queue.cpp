#include "staging/queue.hpp"

#include <algorithm>
#include <exception>

#include "staging/job_table.hpp"
#include "trace/scope.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::staging {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::int64_t steady_ns() { return steady_clock::now().time_since_epoch().count(); }

store::Timestamp after(milliseconds delay) {
  return {store::Timestamp::now().us + duration_cast<microseconds>(delay).count()};
}

bool from_store(const Error& error) { return error.code.starts_with("store."); }

}  // namespace

void Work::check() const {
  if (cancelled_.load()) throw Failure(WYV_CANCELLED, "job.cancelled", "the job was withdrawn");
}

void Work::alive() { lived_ns_.store(steady_ns()); }

void Work::progress(std::uint64_t done, std::uint64_t total) {
  alive();
  const auto now = steady_clock::now();
  if (written_ != steady_clock::time_point{} && done < total && now - written_ < milliseconds(500)) return;
  written_ = now;
  write_progress_(static_cast<std::int64_t>(done), static_cast<std::int64_t>(total));
}

Queue::Queue(store::Store store, events::Log& events, Options options, Say say)
    : store_(std::move(store)),
      events_(events),
      options_(std::move(options)),
      say_(std::move(say)),
      owner_(options_.owner_group + ":" + store::new_uuid()) {}

Queue::~Queue() { stop(); }

void Queue::handle(std::string type, Handler handler, int workers) {
  types_.push_back(std::make_unique<Type>(Type{std::move(type), std::move(handler), workers}));
}

void Queue::start() {
  for (const auto& type : types_) {
    for (int i = 0; i < type->workers; ++i) threads_.emplace_back([this, &type = *type] { work(type); });
  }
  threads_.emplace_back([this] { keep_leases(); });
}

void Queue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [id, work] : running_) work->cancelled_.store(true);
  }
  wake_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Queue::wake() {
  look();
  if (options_.tell_others) options_.tell_others();
}

void Queue::look() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  wake_.notify_all();
}

void Queue::say(std::int32_t level, std::string_view message, const Json& fields) const {
  if (say_) say_(level, message, fields);
}

const Queue::Type* Queue::type_of(std::string_view name) const {
  const auto found = std::find_if(types_.begin(), types_.end(), [&](const auto& type) { return type->name == name; });
  return found == types_.end() ? nullptr : found->get();
}

job_table::Horizon Queue::horizon() const {
  // Twice what could be set, and some: another node may be configured with a longer lease.
  return {2 * options_.lease + std::chrono::minutes(10), 2 * options_.longest_backoff + std::chrono::minutes(10)};
}

void Queue::announce(store::Session& session, std::string_view id) {
  if (const auto job = job_table::find(session, id)) {
    if (job->status != "queued" && job->status != "running") {
      session.after_commit([this, ended = job->id] { askers_.forget(ended); });
    }
    events_.append(session, "staging.job.changed", job->id, job->project_id, job->json());
  }
}

std::string Queue::enqueue(store::Session& session, std::string_view type, std::string_view asset_id,
                           std::int64_t priority, milliseconds delay) {
  session.after_commit([this] { wake(); });
  const auto run_at = after(std::min(delay, options_.longest_backoff));
  if (const auto open = job_table::find_open(session, type, asset_id)) {
    askers_.note(open->id);
    job_table::hasten(session, *open, std::max(open->priority, priority), run_at);
    return open->id;
  }
  const auto job = job_table::insert(session, type, asset_id, priority, options_.max_attempts, run_at);
  askers_.note(job.id);
  announce(session, job.id);
  return job.id;
}

Job Queue::retry(std::string_view id) {
  return store_.write([&](store::Session& session) {
    const auto job = job_table::find(session, id);
    if (!job) throw Failure(WYV_NOT_FOUND, "job.not_found", "there is no job " + std::string(id));
    if (const auto open = job_table::find_open(session, job->type, job->asset_id); open && open->id != job->id) {
      throw Failure(WYV_CONFLICT, "job.state",
                    "another " + job->type + " job of the same asset is " + open->status + ": " + open->id);
    }
    if (!job_table::retry(session, id)) {
      throw Failure(WYV_CONFLICT, "job.state",
                    "the job is " + job->status + "; only one that failed or was cancelled can be tried again");
    }
    if (const auto* type = type_of(job->type); type != nullptr && type->handler.retried) {
      type->handler.retried(session, *job);
    }
    announce(session, id);
    askers_.note(std::string(id));
    session.after_commit([this] { wake(); });
    return job_table::find(session, id).value();
  });
}

Job Queue::cancel(std::string_view id, std::string_view by) {
  return store_.write([&](store::Session& session) {
    const auto job = job_table::find(session, id);
    if (!job) throw Failure(WYV_NOT_FOUND, "job.not_found", "there is no job " + std::string(id));
    const std::string message = "cancelled" + (by.empty() ? std::string() : " by " + std::string(by));
    if (!job_table::cancel(session, id, message)) {
      throw Failure(WYV_CONFLICT, "job.state",
                    "the job is " + job->status + "; only one that is queued or running can be cancelled");
    }
    if (const auto* type = type_of(job->type); type != nullptr && type->handler.failed) {
      type->handler.failed(
          session, *job, Error{WYV_CANCELLED, "job.cancelled", "the " + job->type + " job was " + message, "", false});
    }
    announce(session, id);
    session.after_commit([this, id = std::string(id)] {
      const std::lock_guard lock(mutex_);
      if (const auto work = running_.find(id); work != running_.end()) work->second->cancelled_.store(true);
    });
    return job_table::find(session, id).value();
  });
}

std::optional<Job> Queue::find(std::string_view id) const {
  return store_.read([&](store::Session& session) { return job_table::find(session, id); });
}

void Queue::release_group() {
  const auto count = store_.write(
      [&](store::Session& session) { return job_table::give_back_all(session, options_.owner_group + ":"); });
  if (count > 0) say(WYV_LOG_WARNING, "jobs of a process that died are queued again", {{"jobs", count}});
}

void Queue::forget_old() {
  constexpr std::chrono::hours kept{30 * 24};
  (void)store_.write([&](store::Session& session) { return job_table::forget(session, kept); });
}

std::optional<Job> Queue::claim(const Type& type) {
  const bool any =
      store_.read([&](store::Session& session) { return job_table::any_due(session, type.name, horizon()); });
  if (!any) return std::nullopt;
  return store_.write([&](store::Session& session) -> std::optional<Job> {
    std::size_t own = 0;
    {
      const std::lock_guard lock(mutex_);
      own = running_.size();
    }
    for (const auto& job : job_table::due(session, type.name, horizon(), own + 1)) {
      {
        // Under a clock that jumped ahead, leases of this very process look as if they were over.
        const std::lock_guard lock(mutex_);
        if (stopping_) return std::nullopt;
        if (running_.contains(job.id)) continue;
      }
      const bool taken_over = job.status == "running";
      const auto failures = job.failures + (taken_over ? 1 : 0);
      if (failures >= job.max_attempts) {
        const Error error{WYV_INTERNAL, "job.never_ended",
                          "the " + type.name + " job was begun " + std::to_string(job.attempt) +
                              " times, and each time its process ended before it did",
                          "", false};
        job_table::fail_unfenced(session, job, error.message);
        if (type.handler.failed) type.handler.failed(session, job, error);
        announce(session, job.id);
        continue;
      }
      job_table::claim(session, job, owner_, options_.lease, failures);
      auto claimed = job_table::find(session, job.id).value();
      if (type.handler.claimed) type.handler.claimed(session, claimed);
      announce(session, claimed.id);
      return claimed;
    }
    return std::nullopt;
  });
}

bool Queue::work_once(std::string_view name) {
  const auto* type = type_of(name);
  const auto sent = steady_ns();
  auto job = type == nullptr ? std::nullopt : claim(*type);
  if (!job) return false;

  const auto id = job->id;
  auto last_tenth = std::make_shared<std::int64_t>(0);
  const auto work = std::make_shared<Work>(*job, [this, job = *job, last_tenth](std::int64_t done, std::int64_t total) {
    // Every write is for those who watch; every tenth is also an event, so that the log stays short.
    const auto tenth = total > 0 ? done * 10 / total : 0;
    const bool event = tenth != std::exchange(*last_tenth, tenth);
    try {
      store_.write([&](store::Session& session) {
        if (job_table::progress(session, job, done, total) && event) announce(session, job.id);
      });
    } catch (const Failure& failure) {
      say(WYV_LOG_WARNING, "a job's progress could not be written",
          {{"job", job.id}, {"error", failure.error().message}});
    }
  });
  work->alive();
  work->leased_ns_.store(sent + std::chrono::nanoseconds(options_.lease).count());
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) work->cancelled_.store(true);
    running_.emplace(id, work);
  }
  {
    const auto asked = askers_.of(id);
    const trace::Scope scope(asked ? asked : trace::of_pass("job"));
    attempt(*type, *work);
  }
  {
    const std::lock_guard lock(mutex_);
    running_.erase(id);
  }
  return true;
}

void Queue::attempt(const Type& type, Work& work) {
  const auto failed = [&](const Error& error) {
    const bool stopping = [&] {
      const std::lock_guard lock(mutex_);
      return stopping_;
    }();
    const auto& job = work.job();
    if (work.cancelled().load() && !stopping) return;  // not ours any more: whoever took it has written the outcome
    const bool again = !stopping && error.retryable && job.failures + 1 < job.max_attempts;
    settle(type, work, [&](store::Session& session) {
      if (stopping && work.cancelled().load()) {
        if (!job_table::give_back(session, job)) return false;
        if (type.handler.delayed) type.handler.delayed(session, job, error);
      } else if (again) {
        const auto backoff = std::min(options_.longest_backoff,
                                      options_.first_backoff * (1L << std::min<std::int64_t>(job.failures, 16)));
        if (!job_table::delay(session, job, error.message, after(backoff))) return false;
        if (type.handler.delayed) type.handler.delayed(session, job, error);
      } else {
        if (!job_table::fail(session, job, error.message)) return false;
        if (type.handler.failed) type.handler.failed(session, job, error);
      }
      return true;
    });
    say(again ? WYV_LOG_WARNING : WYV_LOG_ERROR, error.message,
        {{"job", job.id},
         {"type", job.type},
         {"asset", job.asset_id},
         {"attempt", job.attempt},
         {"code", error.code},
         {"cause", error.cause},
         {"again", again}});
  };
  try {
    const auto finish = type.handler.run(work);
    settle(type, work, [&](store::Session& session) {
      if (!job_table::succeed(session, work.job())) return false;
      finish(session);
      return true;
    });
  } catch (const Failure& failure) {
    failed(failure.error());
  } catch (const std::exception& fault) {
    failed(Error{WYV_INTERNAL, "job.fault", fault.what(), "", false});
  }
}

// Writes an outcome, trying for as long as the lease lasts while it is the store that fails. `write` says false when
// the job is not this attempt's any more: nothing is changed then.
void Queue::settle(const Type& type, Work& work, const std::function<bool(store::Session&)>& write) {
  for (milliseconds pause{50};; pause = std::min(2 * pause, milliseconds(2'000))) {
    try {
      const bool ours = store_.write([&](store::Session& session) {
        const bool fenced = write(session);
        if (fenced) announce(session, work.job().id);
        return fenced;
      });
      if (!ours) {
        say(WYV_LOG_WARNING, "a job was cancelled or taken over; this attempt's outcome is dropped",
            {{"job", work.job().id}, {"type", type.name}, {"attempt", work.job().attempt}});
      }
      return;
    } catch (const Failure& failure) {
      if (!from_store(failure.error())) throw;
      say(WYV_LOG_ERROR, "a job's outcome could not be written",
          {{"job", work.job().id}, {"error", failure.error().message}});
      std::unique_lock lock(mutex_);
      if (steady_ns() > work.leased_ns_.load() || wake_.wait_for(lock, pause, [this] { return stopping_; })) return;
    }
  }
}

void Queue::renew(Work& work) {
  const trace::Scope scope(askers_.of(work.job().id));
  const auto sent = steady_ns();
  // A handler that says nothing for so long hangs: its job is left to another.
  if (sent - work.lived_ns_.load() > std::chrono::nanoseconds(options_.silence).count()) return;
  try {
    const bool ours =
        store_.write([&](store::Session& session) { return job_table::renew(session, work.job(), options_.lease); });
    if (ours) {
      work.leased_ns_.store(sent + std::chrono::nanoseconds(options_.lease).count());
    } else {
      work.cancelled_.store(true);
    }
  } catch (const Failure& failure) {
    say(WYV_LOG_WARNING, "a job's lease could not be renewed",
        {{"job", work.job().id}, {"error", failure.error().message}});
  }
}

void Queue::keep_leases() {
  const auto every = std::max(options_.lease / 3, milliseconds(20));
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, every, [this] { return stopping_; })) {
    std::vector<std::shared_ptr<Work>> running;
    for (const auto& [id, work] : running_) running.push_back(work);
    lock.unlock();
    for (const auto& work : running) {
      renew(*work);
      if (steady_ns() > work->leased_ns_.load()) work->cancelled_.store(true);
    }
    lock.lock();
  }
}

void Queue::work(const Type& type) {
  for (;;) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      seen = wakes_;
    }
    try {
      if (work_once(type.name)) continue;
    } catch (const std::exception& fault) {
      say(WYV_LOG_ERROR, "the job queue cannot be read", {{"type", type.name}, {"error", fault.what()}});
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, options_.poll, [&] { return stopping_ || wakes_ != seen; });
  }
}

}  // namespace wyvern::staging
