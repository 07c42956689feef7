// One thread that sees processes end, through their pidfds in one epoll.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "wyvern/file_descriptor.hpp"

namespace wyvern::process {

class Watcher {
 public:
  // [watcher's thread] Called when the process of a handle has ended. Returns false to be called again soon.
  using Ended = std::function<bool(const std::string& handle)>;
  // [watcher's thread] Called every `period`.
  using Tick = std::function<void()>;

  Watcher(Ended ended, Tick tick, std::chrono::milliseconds period);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // [any] `pidfd` stays open until `ended` has returned true for the handle, or until the watcher is gone.
  void watch(const std::string& handle, const FileDescriptor& pidfd);

 private:
  void run();
  void collect(int timeout_ms);

  Ended ended_;
  Tick tick_;
  const std::chrono::milliseconds period_;
  FileDescriptor epoll_;
  FileDescriptor wake_;
  std::mutex mutex_;  // guards the two below
  std::map<std::uint64_t, std::pair<std::string, int>> watched_;
  std::uint64_t next_ = 1;
  std::set<std::string> ending_;  // the watcher's thread alone
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace wyvern::process
