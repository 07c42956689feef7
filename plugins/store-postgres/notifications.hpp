// Words between programs on one database, by LISTEN and NOTIFY on a connection of their own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "dialling.hpp"
#include "wyvern/file_descriptor.hpp"
#include "wyvern/store.hpp"

namespace wyvern::postgres {

// Thread-safe. Its thread and its connection begin with the first watch or word. A connection that ends is replaced,
// with growing pauses; each new one is followed by a word to everybody, since some may have been missed.
//
// Words go out from that thread, after the commits that they are about and at most one every 20 ms, so that no writer
// waits for the lock that PostgreSQL takes for a commit with NOTIFY in it.
class Notifications : public std::enable_shared_from_this<Notifications> {
 public:
  Notifications(Settings settings, Host host);
  ~Notifications();
  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;

  std::unique_ptr<StoreWatch> watch(std::string_view topic, std::function<void()> heard);
  void tell(std::string_view topic);
  // Nothing is heard and told any more. Idempotent.
  void stop();

 private:
  class Watch;
  struct Watcher {
    std::string topic;
    std::function<void()> heard;
  };

  void begin();  // under mutex_
  void forget(int key);
  void run();
  OwnedConnection connect() const;
  void serve(PGconn* connection);
  void hear(PGconn* connection);
  // Sends what is to be told; false when there was nothing.
  bool send_words(PGconn* connection);
  void call(const std::function<bool(const std::string& topic)>& concerned);
  void wake() const;

  const Settings settings_;
  const Host host_;
  const FileDescriptor wake_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // guards the next four
  std::set<std::string> told_;
  std::condition_variable stopped_;
  bool begun_ = false;
  std::thread thread_;
  std::mutex calling_;  // held while watchers are called; guards the rest
  std::map<int, Watcher> watchers_;
  int next_key_ = 1;
};

}  // namespace wyvern::postgres
