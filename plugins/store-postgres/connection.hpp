// One connection: what is sent on it, and the wait for the answer. It never connects again by itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dialling.hpp"
#include "statement_cache.hpp"
#include "values.hpp"

namespace wyvern::postgres {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, ClearResult>;

// Thrown when the connection ended before the answer had come, or when that did not come in time. Whether the server
// did what it was asked is not known. The connection cannot be used any more.
struct Lost {
  bool sent;                       // false: nothing that could change anything was sent
  std::optional<Failure> overdue;  // why the call could not wait any longer; nothing: the connection ended
  std::string cause;
};

// Used by one thread at a time.
class Connection {
 public:
  // `interrupted` ends what runs on this connection; it outlives the connection.
  Connection(OwnedConnection raw, Access access, const std::atomic<bool>& interrupted);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const PGconn* raw() const { return raw_.get(); }
  Access access() const { return access_; }
  bool in_transaction() const { return PQtransactionStatus(raw_.get()) != PQTRANS_IDLE; }
  // False when it has ended as far as can be seen from here, without asking the server.
  bool alive();
  bool reusable() { return !altered_ && alive() && !in_transaction(); }
  // It cannot be used any more.
  void spoil() { spoiled_ = true; }
  // Nobody else may use it: its settings may have been changed.
  void mark_altered() { altered_ = true; }

  // The functions below throw Failure for what the server refuses, and Lost.

  // One prepared statement.
  Answer query(std::string_view sql, const Parameters& parameters, const Context& context);
  // The same inside a transaction, for one whose answer nobody needs: it is sent along with the next statement, which
  // throws its failure. Returns its number.
  std::uint64_t queue(std::string_view sql, const Parameters& parameters, const Context& context);
  // Runs what is queued.
  void settle(const Context& context);
  // Whether the server has run it.
  bool has_run(std::uint64_t number) const { return number <= last_run_; }
  // Takes the answers to what is queued, whatever they are. Throws Lost only.
  void drop_queued();
  // Text of any number of statements.
  Answer script(const std::string& sql, const Context& context);
  // COMMIT, when nothing is queued: is never cancelled, since its answer is the only one who knows. Returns false when
  // the server rolled back.
  bool commit(const Context& context);
  // ROLLBACK, within a time of its own: who waits for a lock of the transaction does not care for our deadline.
  void rollback();

 private:
  // What is done when the call must end before the answer has come.
  enum class Overdue { cancel, wait };

  // The answer to the one statement that was sent, or, of queued ones and it, the first that says no.
  struct Answered {
    Answer answer;
    std::size_t place;  // of that statement among them
  };

  static void on_notice(void* self, const PGresult* notice);
  // The prepared statement; whether it was prepared before.
  std::pair<Prepared, bool> prepared(std::string_view sql, const Context& context);
  Prepared prepare(std::string_view sql, const Context& context);
  // Sends what is queued, and the statement that was sent after it: its answer. Throws when a queued one failed.
  Answer end_queue(bool took_it, const Context& context);
  void deallocate(const std::string& name, const Context& context);
  Answer await(bool sent, bool took_it, const Context& context, Overdue overdue = Overdue::cancel) {
    return await_all(sent, took_it, context, overdue).answer;
  }
  Answered await_all(bool sent, bool took_it, const Context& context, Overdue overdue);
  [[noreturn]] void lose(bool sent, std::optional<Failure> overdue = std::nullopt);

  OwnedConnection raw_;
  const Access access_;
  const std::atomic<bool>& interrupted_;
  bool spoiled_ = false;
  bool altered_ = false;
  StatementCache statements_{128};
  std::vector<std::string> queued_;  // sent into libpq's pipeline, unanswered
  std::uint64_t last_queued_ = 0;
  std::uint64_t last_run_ = 0;
};

}  // namespace wyvern::postgres
