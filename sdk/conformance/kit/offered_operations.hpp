// The operations that the kit offers to a surface (wyvern.host.operations/1), and what the surface did with them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "wyvern/abi/host.h"

namespace wyvern::conformance {

// One call, copied.
struct ReceivedCall {
  std::string operation;
  std::string body;
  std::string credential;
  std::map<std::string, std::string> fields;
  std::map<std::string, std::string> headers;
};

// Any thread. What answers at once does so within the call; the others are answered from a thread of its own.
class OfferedOperations {
 public:
  static constexpr std::size_t echo_limit_bytes = 4096;
  //   GET  /kit/alive        kit.alive.get     {"alive":true}
  //   GET  /kit/things/{id}  kit.things.get    {"fields":{…}}: what came from the path and the query
  //   POST /kit/echo         kit.echo.create   the body as it came; at most echo_limit_bytes
  //   GET  /kit/refusal      kit.refusal.get   409 {"error":"the kit refuses","code":"kit.refused"}
  //   GET  /kit/wait         kit.wait.get      {"waited":true}, once `let_go` was called; 503 when it is cancelled
  //   GET  /kit/stream       kit.stream.get    a stream: "data: one\n\n", and nothing more until it is cancelled
  static const std::string& list();

  OfferedOperations();

  void call(const wyv_call_request& request, const wyv_reply_sink& reply, wyv_pending** pending);
  void cancel(wyv_pending* pending);
  void release(wyv_pending* pending);
  // From now on nothing waits.
  void let_go();

  std::vector<ReceivedCall> calls() const;
  // As if none had come yet.
  void forget_calls();
  // Both wait up to `patience` for what the surface does on threads of its own.
  bool wait_for_calls(std::size_t count, std::chrono::milliseconds patience = std::chrono::seconds(5)) const;
  bool wait_for_releases(std::chrono::milliseconds patience = std::chrono::seconds(5)) const;  // of every call
  bool wait_for_a_cancel(std::chrono::milliseconds patience = std::chrono::seconds(5)) const;
  // Calls that were not released.
  std::size_t open() const;
  // What broke the contract of abi/host.h.
  std::vector<std::string> faults() const;

 private:
  struct Answer {
    wyv_pending* pending;
    int status;
    const char* body;
  };
  void begin_to_answer(wyv_pending* pending, int status, const char* body);
  void answer_waiting();

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<ReceivedCall> calls_;
  std::deque<Answer> to_answer_;
  std::vector<wyv_pending*> waiting_;  // neither cancelled nor let go
  std::vector<wyv_pending*> pending_;  // not released
  bool let_go_ = false;
  bool cancelled_ = false;
  std::vector<std::string> faults_;
  std::thread answering_;  // from the first call that waits on
};

}  // namespace wyvern::conformance
