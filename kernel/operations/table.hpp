// The table of all operations and the one way to call them: authenticate, authorise, check, run, answer.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operations/auditor.hpp"
#include "operations/crew.hpp"
#include "operations/operation.hpp"

namespace wyvern::operations {

class KeptAnswers;

// A call as it arrives.
struct Request {
  std::string operation;
  std::string body;                                         // JSON text or empty
  std::vector<std::pair<std::string, std::string>> fields;  // path and query, as text
  std::vector<std::pair<std::string, std::string>> headers;
  Credentials credentials;
  std::string correlation;  // made when empty
  std::string traceparent = {};
  std::string tracestate = {};
};

// Thread-safe once filled. Operations are added at start-up, before surfaces start.
class Table {
 public:
  // Hears of each answer of 500 and above: the caller may not have a log, the service has.
  using Fault = std::function<void(std::string_view operation, std::string_view message, const Json& fields)>;

  // How many of its own: for operations that wait for the world, and for the others that change something, which wait
  // for their turn at the store. Without the latter they run on the caller's thread.
  struct Threads {
    constexpr Threads(int blocking, int writing = 0) : blocking(blocking), writing(writing) {}  // NOLINT

    int blocking;
    int writing;
  };

  // `auditor`: the owner's; null where nothing is kept, as in a worker, whose controller keeps it.
  Table(Access& access, Threads threads, Fault fault = {}, Auditor* auditor = nullptr);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  void add(Operation operation);
  // Calls with an Idempotency-Key are answered from there. It outlives the calls; without it the header is ignored.
  void set_kept_answers(KeptAnswers* kept) { kept_ = kept; }
  // As abi/host.h describes it for surfaces.
  Json list() const;

  // Answers on this thread, or on one of the table's own. Every fault becomes an answer.
  void call(Request request, const std::shared_ptr<Answer>& answer,
            const std::shared_ptr<std::atomic<bool>>& cancelled);

  // No call begins on the table's own threads any more: those that wait are refused; returns when those under way have
  // ended.
  void stop();

 private:
  struct Entry;
  Caller caller_of(const Operation& operation, const Credentials& credentials) const;
  void run(const Entry& entry, Request& request, Answer& answer, const std::shared_ptr<Answer>& shared,
           const std::shared_ptr<std::atomic<bool>>& cancelled);
  Reply handle(const Operation& operation, Call& call, Deed& deed) const;
  void keep(const Operation& operation, const Deed& deed, int status, std::string_view code) const;
  Crew* crew_for(const Operation& operation);

  Access& access_;
  Fault fault_;
  KeptAnswers* kept_ = nullptr;
  Auditor* const auditor_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::map<std::string, const Entry*, std::less<>> by_name_;

  Crew blocking_;
  std::optional<Crew> writing_;
};

// The JSON text of its body.
std::string body_text(const Reply& reply);
// An error in the contract's shape.
Json error_body(std::string_view code, std::string_view message, const Json& detail, std::string_view correlation);
// Sends `error` in the contract's shape. A `retry_after_s` of its detail is a Retry-After header too.
void answer_error(Answer& answer, int status, std::string_view code, std::string_view message, const Json& detail,
                  std::string_view correlation);

}  // namespace wyvern::operations
