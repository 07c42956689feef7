#include "process_runtime.hpp"

#include <signal.h>
#include <sys/random.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "ended_session.hpp"
#include "launch.hpp"
#include "state_folder.hpp"
#include "watcher.hpp"
#include "workload_log.hpp"
#include "workload_spec.hpp"

namespace wyvern::process {

namespace {

constexpr auto kLogPeriod = std::chrono::seconds(2);
constexpr auto kCancellationPoll = std::chrono::milliseconds(10);
// A process that does not die of SIGKILL hangs in the kernel; its leader's end is told nevertheless.
constexpr auto kLongestDying = std::chrono::seconds(5);

std::string new_handle() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number)
    throw Failure(WYV_INTERNAL, "runtime.random", "the system gives no random numbers");
  char text[24];
  std::snprintf(text, sizeof text, "p-%016llx", static_cast<unsigned long long>(number));
  return text;
}

}  // namespace

ProcessRuntime::ProcessRuntime(Host host, std::string name, const Json& config)
    : host_(host),
      name_(std::move(name)),
      state_dir_(config.at("state_dir").get<std::string>()),
      max_workloads_(config.value("max_workloads", std::size_t{256})),
      log_limit_bytes_(config.value("log_limit_mb", std::uint64_t{16}) << 20U) {
  if (state_dir_.empty() || state_dir_.find('\0') != std::string::npos)
    throw Failure(WYV_INVALID, "config.state_dir", "state_dir: the runtime needs a folder for its records");
  if (max_workloads_ == 0) throw Failure(WYV_INVALID, "config.max_workloads", "max_workloads: at least 1 is expected");
  if (log_limit_bytes_ == 0) throw Failure(WYV_INVALID, "config.log_limit_mb", "log_limit_mb: at least 1 is expected");
}

ProcessRuntime::~ProcessRuntime() = default;

void ProcessRuntime::prepare(const Context& context) {
  context.check();
  auto state = std::make_unique<StateFolder>(state_dir_, context);
  std::vector<std::string> unreadable;
  auto known = state->load(unreadable);
  for (const auto& path : unreadable)
    host_.warn("the runtime '" + name_ + "' cannot read a workload's record; if nothing of it runs, remove the folder",
               {{"folder", path}});
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
  entries_.clear();
  for (auto& workload : known) adopt(std::move(workload));
}

void ProcessRuntime::adopt(Workload workload) {
  Entry entry;
  if (!workload.ended) {
    entry.pidfd = open_process(workload.process);
    const Json about = {{"runtime", name_}, {"handle", workload.handle}, {"labels", workload.labels}};
    if (entry.pidfd) {
      host_.info("a workload of an earlier controller was adopted", about);
    } else {
      host_.warn("a workload of an earlier controller has ended meanwhile", about);
      kill_left_behind(workload.process, workload.log);
      workload.ended = true;
      workload.ended_us = now_us();  // when it was found, for want of better knowledge
      save_or_warn(workload);
    }
  }
  const std::string handle = workload.handle;
  entry.workload = std::move(workload);
  entries_.emplace(handle, std::move(entry));
}

void ProcessRuntime::start(const Context&) {
  watcher_ = std::make_unique<Watcher>([this](const std::string& handle) { return on_ended(handle); },
                                       [this] { on_tick(); }, kLogPeriod);
  const std::lock_guard lock(mutex_);
  for (const auto& [handle, entry] : entries_)
    if (!entry.workload.ended) watcher_->watch(handle, entry.pidfd);
  started_ = true;
  draining_ = false;
}

void ProcessRuntime::drain(const Context&) {
  const std::lock_guard lock(mutex_);
  draining_ = true;
}

void ProcessRuntime::stop(const Context&) {
  {
    std::unique_lock lock(mutex_);
    started_ = false;
    ended_.notify_all();
    ended_.wait(lock, [&] { return launching_ == 0; });  // each has a deadline of its own, and sees that we stop
  }
  watcher_.reset();
  const std::lock_guard lock(mutex_);
  entries_.clear();
  state_.reset();
}

void ProcessRuntime::require_started() const {
  if (!started_) throw Failure(WYV_WRONG_STATE, "runtime.not_started", "the runtime '" + name_ + "' is not running");
}

ProcessRuntime::Entry& ProcessRuntime::find(std::string_view handle) {
  require_started();
  const auto found = entries_.find(handle);
  if (found == entries_.end() || found->second.starting)
    throw Failure(WYV_NOT_FOUND, "runtime.not_found", "there is no workload '" + std::string(handle) + "'");
  return found->second;
}

// Takes a place for a workload that is about to be started, so that two callers cannot start the same.
std::string ProcessRuntime::reserve(const std::map<std::string, std::string>& labels) {
  const std::lock_guard lock(mutex_);
  require_started();
  if (draining_) throw Failure(WYV_WRONG_STATE, "runtime.draining", "the runtime '" + name_ + "' is being stopped");
  std::size_t running = 0;
  for (const auto& [handle, entry] : entries_) {
    if (entry.workload.ended) continue;
    ++running;
    if (entry.workload.same_work(labels))
      throw Failure(WYV_CONFLICT, "runtime.already_running", "this workload runs already", handle);
  }
  if (running >= max_workloads_)
    throw Failure(
        WYV_EXHAUSTED, "runtime.full",
        "the runtime '" + name_ + "' runs " + std::to_string(running) + " workloads, as many as max_workloads lets it");
  Entry entry;
  entry.starting = true;
  entry.workload.handle = new_handle();
  entry.workload.labels = labels;
  const std::string handle = entry.workload.handle;
  entries_.emplace(handle, std::move(entry));
  ++launching_;
  return handle;
}

Json ProcessRuntime::start_workload(const Json& json, const Context& context) {
  const WorkloadSpec spec = read_spec(json);
  context.check();
  const std::string handle = reserve(spec.labels);
  Workload workload;
  try {
    workload.handle = handle;
    workload.labels = spec.labels;
    workload.program = spec.program();
    workload.log = spec.log.empty() ? state_->make_folder(handle) + "/log" : (state_->make_folder(handle), spec.log);
    workload.started_us = now_us();
    state_->save(workload);
    const FileDescriptor log = open_log(workload);
    auto launched = launch(
        spec, log,
        [&](const ProcessIdentity& process) {
          workload.process = process;
          state_->save(workload);
        },
        context);
    const std::lock_guard lock(mutex_);
    try {
      watcher_->watch(handle, launched.pidfd);
    } catch (...) {
      take_back(launched.process.pid);
      throw;
    }
    Entry& entry = entries_.find(handle)->second;
    entry.workload = workload;
    entry.pidfd = std::move(launched.pidfd);
    entry.starting = false;
    --launching_;
    ended_.notify_all();
  } catch (...) {
    state_->remove(handle);
    const std::lock_guard lock(mutex_);
    entries_.erase(handle);
    --launching_;
    ended_.notify_all();
    throw;
  }
  return workload.for_callers();
}

// With the lock held. The group's number is its leader's, and that is not given to another before the leader's end has
// been seen here; an adopted one is looked at once more.
void ProcessRuntime::signal_group(Entry& entry, int signal) {
  const auto& process = entry.workload.process;
  const auto status = process_status(process.pid);
  if (!status || status->ended || status->start_ticks != process.start_ticks) return;
  if (::kill(-process.pid, signal) != 0) send_signal(entry.pidfd, signal);
}

bool ProcessRuntime::wait_until_ended(std::unique_lock<std::mutex>& lock, std::string_view handle,
                                      std::chrono::nanoseconds longest, const Context& context) {
  const auto end = std::chrono::steady_clock::now() + longest;
  for (;;) {
    require_started();
    const auto found = entries_.find(handle);
    if (found == entries_.end() || found->second.workload.ended) return true;
    const auto left = std::min<std::chrono::nanoseconds>(end - std::chrono::steady_clock::now(), kCancellationPoll);
    if (left <= std::chrono::nanoseconds::zero()) return false;
    context.check();
    ended_.wait_for(lock, left);
  }
}

void ProcessRuntime::stop_workload(std::string_view handle, std::chrono::milliseconds grace, const Context& context) {
  std::unique_lock lock(mutex_);
  Entry& entry = find(handle);
  if (entry.workload.ended) return;
  signal_group(entry, SIGTERM);
  if (wait_until_ended(lock, handle, grace, context)) return;
  signal_group(find(handle), SIGKILL);
  constexpr auto kForEver = std::chrono::hours(24);
  wait_until_ended(lock, handle, kForEver, context);
}

void ProcessRuntime::remove_workload(std::string_view handle, const Context&) {
  const std::lock_guard lock(mutex_);
  const Entry& entry = find(handle);
  if (!entry.workload.ended)
    throw Failure(WYV_WRONG_STATE, "runtime.running",
                  "the workload '" + std::string(handle) + "' is running; stop it first");
  state_->remove(entry.workload.handle);
  entries_.erase(entries_.find(handle));
}

Json ProcessRuntime::list_workloads(const Json& labels, const Context&) {
  const auto wanted = read_labels(labels);
  const std::lock_guard lock(mutex_);
  require_started();
  std::vector<const Workload*> found;
  for (const auto& [handle, entry] : entries_)
    if (!entry.starting && entry.workload.has(wanted)) found.push_back(&entry.workload);
  std::stable_sort(found.begin(), found.end(),
                   [](const auto* a, const auto* b) { return a->started_us < b->started_us; });
  Json all = Json::array();
  for (const auto* workload : found) all.push_back(workload->for_callers());
  return all;
}

std::string ProcessRuntime::logs(std::string_view handle, std::uint64_t tail_bytes, const Context&) {
  Workload workload;
  {
    const std::lock_guard lock(mutex_);
    workload = find(handle).workload;
  }
  return read_log(workload, tail_bytes);
}

void ProcessRuntime::listen(Changed changed) {
  const std::lock_guard lock(listener_mutex_);
  changed_ = std::move(changed);
}

// On the watcher's thread. A child of ours stays unreaped until its whole session is gone, so that its number is not
// given to another while we use it.
bool ProcessRuntime::on_ended(const std::string& handle) {
  Json told;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(handle);
    if (found == entries_.end()) return true;
    Entry& entry = found->second;
    const auto now = std::chrono::steady_clock::now();
    if (entry.leader_ended == std::chrono::steady_clock::time_point()) entry.leader_ended = now;
    if (!kill_session(entry.workload.process.pid) && now - entry.leader_ended < kLongestDying) return false;
    siginfo_t info{};
    const bool ours = ::waitid(P_PIDFD, static_cast<id_t>(entry.pidfd.get()), &info, WEXITED | WNOHANG) == 0;
    if (ours && info.si_pid != 0) {
      if (info.si_code == CLD_EXITED) {
        entry.workload.exit_code = info.si_status;
        entry.workload.signal = 0;
      } else {
        entry.workload.signal = info.si_status;
      }
    }
    entry.workload.ended = true;
    entry.workload.ended_us = now_us();
    entry.pidfd = FileDescriptor();
    save_or_warn(entry.workload);
    told = entry.workload.for_callers();
    ended_.notify_all();
  }
  const std::lock_guard lock(listener_mutex_);
  if (changed_) changed_(told);
  return true;
}

void ProcessRuntime::on_tick() {
  const std::lock_guard lock(mutex_);
  for (auto& [handle, entry] : entries_)
    if (!entry.starting && !entry.workload.ended && bound_log(entry.workload, log_limit_bytes_))
      save_or_warn(entry.workload);
}

// Where no caller waits for the record: it is written again with the next change.
void ProcessRuntime::save_or_warn(const Workload& workload) {
  try {
    state_->save(workload);
  } catch (const Failure& failure) {
    host_.warn("the runtime '" + name_ + "' cannot write a workload's record",
               {{"handle", workload.handle}, {"reason", failure.error().message}});
  }
}

}  // namespace wyvern::process
