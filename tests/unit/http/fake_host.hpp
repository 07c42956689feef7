// A host whose operations table is what a test says. It watches the contract of abi/host.h: what a surface does wrong
// stands in faults().
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "wyvern/abi/host.h"
#include "wyvern/plugin.hpp"

namespace wyvern::test {

inline constexpr std::chrono::seconds patience{20};

// Waits for what another thread does, without sleeping.
class Event {
 public:
  void set();
  bool wait(std::chrono::milliseconds limit = patience);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

// An event that comes again and again.
class Bell {
 public:
  void ring();
  // True once it has rung more than `times` since it was made.
  bool wait_for_more_than(int times, std::chrono::milliseconds limit = patience);
  int times() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int times_ = 0;
};

// The way back to the surface; may be kept and used from any thread until end().
class Answer {
 public:
  explicit Answer(const wyv_reply_sink& sink, std::shared_ptr<std::atomic<bool>> ended)
      : sink_(sink), ended_(std::move(ended)) {}

  void head(int status, std::string_view type, std::uint64_t length,
            const std::vector<std::pair<std::string, std::string>>& headers = {}) const;
  std::uint64_t body(std::string_view bytes) const;
  void end() const;
  std::uint64_t pause_above() const { return sink_.pause_above; }
  void json(int status, std::string_view text) const;  // all three

 private:
  wyv_reply_sink sink_;
  std::shared_ptr<std::atomic<bool>> ended_;
};

// What arrived at the table, copied.
struct Received {
  std::string operation;
  std::string body;
  std::map<std::string, std::string> fields;
  std::map<std::string, std::string> headers;
  std::string credential;
  bool by_cookie = false;
  std::string requested_with;
  std::string remote_address;
  std::string traceparent;
  bool over_tls = false;
  std::thread::id thread;
  std::shared_ptr<Event> cancelled;
  std::shared_ptr<Bell> drained;
};

class FakeHost {
 public:
  using Handler = std::function<void(const Received&, const Answer&)>;

  FakeHost();
  ~FakeHost();

  void add(Json entry, Handler handler);
  // A GET that answers 200 with its fields.
  void add_echo(const std::string& name, const std::string& path, const std::string& method = "GET");

  const wyv_host* get() const { return &host_; }
  Host host() const { return Host(&host_); }

  int calls() const;
  int cancels() const;
  bool wait_for_releases(int count);
  std::vector<std::string> faults() const;
  std::vector<std::string> log() const;
  std::map<std::string, double> metrics() const;

 private:
  friend struct FakeTables;
  struct Operation {
    Json entry;
    Handler handler;
  };

  wyv_host host_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Operation> operations_;
  int calls_ = 0;
  int cancels_ = 0;
  int releases_ = 0;
  std::vector<std::string> faults_;
  std::vector<std::string> log_;
  std::map<std::string, double> metrics_;
};

}  // namespace wyvern::test
