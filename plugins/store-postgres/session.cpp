#include "session.hpp"

#include <charconv>
#include <cstring>

#include "transaction_control.hpp"

namespace wyvern::postgres {

namespace {

Failure connection_lost(const std::string& cause) {
  return {WYV_UNAVAILABLE, "store.connection_lost",
          "the connection to the database ended, and nothing was changed; try again", cause};
}

Failure outcome_unknown(const std::string& cause) {
  return {WYV_INTERNAL, "store.outcome_unknown",
          "the connection to the database ended before it had answered: whether the change was made is not known; look "
          "before it is made again",
          cause};
}

void require_text(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos)
    throw Failure(WYV_INVALID, "store.syntax", "the statement holds a zero byte");
}

void require_statement(std::string_view sql) {
  require_text(sql);
  if (controls_transactions(sql))
    throw Failure(WYV_INVALID, "store.not_allowed", "transactions are begun and ended by the session",
                  std::string(sql));
}

std::uint64_t changed_rows(PGresult* result) {
  const std::string_view status = PQcmdStatus(result);
  const bool changes = status.starts_with("INSERT") || status.starts_with("UPDATE") || status.starts_with("DELETE") ||
                       status.starts_with("MERGE");
  std::uint64_t rows = 0;
  const char* count = PQcmdTuples(result);
  if (changes) (void)std::from_chars(count, count + std::strlen(count), rows);
  return rows;
}

}  // namespace

Session::~Session() { undo(); }

void Session::undo() noexcept {
  transaction_ = Transaction::none;
  mark_ = 0;
  try {
    if (connection_.alive() && connection_->in_transaction()) connection_->rollback();
  } catch (...) {  // the connection is closed when it is given back, and the server rolls back then
    connection_->spoil();
  }
}

Failure Session::told(const Lost& lost) const {
  const bool harmless = !lost.sent || transaction_ != Transaction::none || connection_.access() == Access::read;
  if (!harmless) return outcome_unknown(lost.cause);
  if (lost.overdue) return *lost.overdue;
  return connection_lost(lost.cause);
}

void Session::require_usable() const {
  if (transaction_ == Transaction::aborted)
    throw Failure(WYV_WRONG_STATE, "store.aborted",
                  "a statement of this transaction failed; nothing but a rollback is possible");
}

void Session::require_connection(const Context& context) {
  context.check();
  if (transaction_ == Transaction::none) return connection_.renew(context);
  if (!connection_.alive()) throw connection_lost({});
}

template <class Body>
auto Session::statement(const Context& context, const Body& body) {
  require_usable();
  try {
    try {
      require_connection(context);
      return body();
    } catch (const Lost& lost) {
      throw told(lost);
    }
  } catch (...) {
    if (transaction_ == Transaction::open) transaction_ = Transaction::aborted;
    throw;
  }
}

void Session::begin(const Context& context) {
  if (transaction_ != Transaction::none)
    throw Failure(WYV_WRONG_STATE, "store.transaction", "a transaction is open already");
  require_connection(context);
  try {
    (void)connection_->script("BEGIN", context);
  } catch (const Lost& lost) {
    throw told({false, lost.overdue, lost.cause});
  }
  transaction_ = Transaction::open;
}

void Session::commit(const Context& context) {
  if (transaction_ == Transaction::none) throw Failure(WYV_WRONG_STATE, "store.transaction", "no transaction is open");
  try {
    statement(context, [&] { connection_->settle(context); });  // what is lost until here has changed nothing
    if (!connection_->commit(context))
      throw Failure(WYV_WRONG_STATE, "store.aborted", "the server rolled the transaction back");
  } catch (const Lost& lost) {
    undo();
    throw outcome_unknown(lost.cause);
  } catch (...) {
    undo();
    throw;
  }
  transaction_ = Transaction::none;
  mark_ = 0;
}

void Session::rollback(const Context&) {
  if (transaction_ == Transaction::none) throw Failure(WYV_WRONG_STATE, "store.transaction", "no transaction is open");
  undo();
}

std::uint64_t Session::execute(std::string_view sql, std::span<const wyv_value> parameters, const OnRow& on_row,
                               const Context& context) {
  return statement(context, [&] {
    require_statement(sql);
    const auto answer = connection_->query(sql, Parameters(parameters), context);
    Rows rows(answer.get());
    for (int row = 0; on_row && row < rows.count(); ++row)
      if (!on_row(rows.read(row), rows.names())) break;
    return changed_rows(answer.get());
  });
}

void Session::script(std::string_view sql, const Context& context) {
  statement(context, [&] {
    require_text(sql);
    const bool inside = transaction_ == Transaction::open;
    connection_->mark_altered();  // it may have changed settings
    (void)connection_->script(std::string(sql), context);
    if (connection_->in_transaction() == inside) return;
    throw Failure(WYV_INVALID, "store.not_allowed",
                  "a script may not begin or end a transaction; its changes may be "
                  "made already");
  });
}

void Session::queue(std::string_view sql, std::span<const wyv_value> parameters, const Context& context) {
  if (transaction_ == Transaction::none) return (void)execute(sql, parameters, {}, context);
  statement(context, [&] {
    require_statement(sql);
    connection_->queue(sql, Parameters(parameters), context);
  });
}

void Session::mark(const Context& context) {
  if (transaction_ == Transaction::none) throw Failure(WYV_WRONG_STATE, "store.transaction", "no transaction is open");
  statement(context, [&] {
    if (mark_ != 0) (void)connection_->queue("RELEASE SAVEPOINT wyvern", Parameters({}), context);
    mark_ = connection_->queue("SAVEPOINT wyvern", Parameters({}), context);
  });
}

void Session::undo_to_mark(const Context& context) {
  if (mark_ == 0) throw Failure(WYV_WRONG_STATE, "store.transaction", "no place of a transaction is marked");
  try {
    if (!connection_.alive()) throw Lost{false, std::nullopt, {}};
    connection_->drop_queued();
    if (!connection_->has_run(mark_)) {
      transaction_ = Transaction::aborted;
      throw Failure(WYV_WRONG_STATE, "store.aborted", "a statement before the mark failed");
    }
    (void)connection_->query("ROLLBACK TO SAVEPOINT wyvern", Parameters({}), context);
  } catch (const Lost& lost) {
    transaction_ = Transaction::aborted;
    throw Failure(WYV_WRONG_STATE, "store.aborted", "the transaction ended with its connection", lost.cause);
  }
  transaction_ = Transaction::open;
}

}  // namespace wyvern::postgres
