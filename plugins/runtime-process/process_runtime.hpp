// The runtime instance: its configuration, its lifecycle, and its workloads.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "workload.hpp"
#include "wyvern/file_descriptor.hpp"
#include "wyvern/runtime.hpp"

namespace wyvern::process {

class StateFolder;
class Watcher;

class ProcessRuntime final : public Runtime {
 public:
  ProcessRuntime(Host host, std::string name, const Json& config);
  ~ProcessRuntime() override;

  void prepare(const Context& context) override;
  void start(const Context& context) override;
  void drain(const Context& context) override;
  // The workloads go on: they are adopted by whoever starts next with the same state_dir.
  void stop(const Context& context) override;

  Json start_workload(const Json& spec, const Context& context) override;
  void stop_workload(std::string_view handle, std::chrono::milliseconds grace, const Context& context) override;
  void remove_workload(std::string_view handle, const Context& context) override;
  Json list_workloads(const Json& labels, const Context& context) override;
  std::string logs(std::string_view handle, std::uint64_t tail_bytes, const Context& context) override;
  void listen(Changed changed) override;

 private:
  struct Entry {
    Workload workload;
    FileDescriptor pidfd;
    bool starting = false;                               // not seen by callers yet
    std::chrono::steady_clock::time_point leader_ended;  // while the rest of its session is being killed
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  void require_started() const;
  Entry& find(std::string_view handle);
  std::string reserve(const std::map<std::string, std::string>& labels);
  void adopt(Workload workload);
  void signal_group(Entry& entry, int signal);
  bool wait_until_ended(std::unique_lock<std::mutex>& lock, std::string_view handle, std::chrono::nanoseconds longest,
                        const Context& context);
  bool on_ended(const std::string& handle);
  void on_tick();
  void save_or_warn(const Workload& workload);

  Host host_;
  std::string name_;
  std::string state_dir_;
  std::size_t max_workloads_;
  std::uint64_t log_limit_bytes_;

  mutable std::mutex mutex_;  // guards the following
  std::condition_variable ended_;
  std::unique_ptr<StateFolder> state_;
  Entries entries_;
  bool started_ = false;
  bool draining_ = false;
  std::size_t launching_ = 0;  // calls of start_workload that are under way

  std::mutex listener_mutex_;  // held while the listener is called; never taken with mutex_ held
  Changed changed_;
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace wyvern::process
