// A worker as the controller meets it: its HTTP on loopback, and its numbered events.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace wyvern::test {

using Json = nlohmann::json;

// What a channel's workers have written, one after the other. Thread-safe.
class FakeSpool {
 public:
  // Gives the event the next number, and wakes who waits for it.
  void add(Json event);
  // The spool as it answers: numbers as they are given here, repeated ones too.
  void add_numbered(Json event);
  void wake();
  // Waits until there is something after `number`, `stopping`, or `wait` is over.
  std::vector<Json> after(std::int64_t number, std::chrono::milliseconds wait, const std::atomic<bool>& stopping);
  // Every answer from now on holds all that there is, whatever was asked for.
  void repeat_all() { repeat_all_ = true; }
  // As after the loss of the worker's folder: nothing is left, and numbers begin at 1.
  void lose_all();
  std::int64_t last() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Json> events_;
  std::int64_t last_ = 0;
  std::atomic<bool> repeat_all_{false};
};

struct WorkerCall {
  std::string target;
  Json body;
};

// Thread-safe. The destructor closes every connection, as a killed process does.
class FakeWorker {
 public:
  // Throws std::runtime_error when the port is taken.
  FakeWorker(int port, std::string token, FakeSpool& spool);
  ~FakeWorker();
  FakeWorker(const FakeWorker&) = delete;
  FakeWorker& operator=(const FakeWorker&) = delete;

  // Answers 503 to everything until told otherwise.
  void answer(bool ready) { ready_ = ready; }
  // Takes calls and answers none, as a stopped process does, until told otherwise.
  void hang(bool hanging);
  // Takes the next calls and does not answer them.
  void ignore(int calls) { to_ignore_ = calls; }
  bool has_ignored_all() const { return to_ignore_ == 0; }
  // What the worker writes when it is asked to leave the air.
  void last_event(Json event);
  std::vector<WorkerCall> calls(const std::string& path) const;

 private:
  void accept();
  void serve(int connection);
  Json answer_to(const std::string& path, const std::string& query, const std::string& body);

  std::string token_;
  FakeSpool& spool_;
  int listener_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ready_{true};
  std::atomic<int> to_ignore_{0};
  bool hanging_ = false;
  std::condition_variable goes_on_;
  mutable std::mutex mutex_;
  std::vector<WorkerCall> calls_;
  Json last_event_;
  std::list<int> connections_;
  std::list<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace wyvern::test
