#include "session.hpp"

#include "sqlite_failure.hpp"
#include "statement.hpp"

namespace wyvern::sqlite {

Session::~Session() {
  undo();
  if (!scripted_) return;
  try {
    connection_->apply_settings(Context(nullptr));
  } catch (...) {
    connection_->spoil();
  }
}

void Session::control(const char* sql, const Context& context) {
  connection_->allow_transaction_control(true);
  try {
    connection_->run(sql, context);
  } catch (...) {
    connection_->allow_transaction_control(false);
    throw;
  }
  connection_->allow_transaction_control(false);
}

// Runs to its end whatever the deadline says: a transaction that stays open would lock out everybody.
void Session::undo() noexcept {
  transaction_ = Transaction::none;
  marked_ = false;
  if (!connection_->in_transaction()) return;  // SQLite has rolled back by itself
  try {
    control("ROLLBACK", Context(nullptr));
  } catch (...) {  // the connection is not reusable then, and is closed when it is given back
  }
}

void Session::begin(const Context& context) {
  if (transaction_ != Transaction::none)
    throw Failure(WYV_WRONG_STATE, "store.transaction", "a transaction is open already");
  context.check();
  // IMMEDIATE: what a transaction reads stays true until it commits, and no statement of it finds the file locked.
  control(connection_.for_writing() ? "BEGIN IMMEDIATE" : "BEGIN", context);
  transaction_ = Transaction::open;
}

void Session::commit(const Context& context) {
  if (transaction_ == Transaction::none) throw Failure(WYV_WRONG_STATE, "store.transaction", "no transaction is open");
  try {
    require_usable();
    context.check();
    control("COMMIT", context);
  } catch (...) {
    undo();
    throw;
  }
  transaction_ = Transaction::none;
  marked_ = false;
}

void Session::rollback(const Context&) {
  if (transaction_ == Transaction::none) throw Failure(WYV_WRONG_STATE, "store.transaction", "no transaction is open");
  undo();
}

void Session::require_usable() const {
  if (transaction_ == Transaction::aborted)
    throw Failure(WYV_WRONG_STATE, "store.aborted",
                  "a statement of this transaction failed; nothing but a rollback is possible");
}

template <class Body>
auto Session::statement(const Body& body) {
  require_usable();
  try {
    return body();
  } catch (...) {
    if (transaction_ == Transaction::open) transaction_ = Transaction::aborted;
    throw;
  }
}

std::uint64_t Session::execute(std::string_view sql, std::span<const wyv_value> parameters, const OnRow& on_row,
                               const Context& context) {
  return statement([&] {
    context.check();
    return Statement(*connection_, sql, context).run(parameters, on_row);
  });
}

void Session::script(std::string_view sql, const Context& context) {
  statement([&] {
    context.check();
    scripted_ = true;  // it may have changed settings, and inside a transaction they cannot be changed back
    connection_->run(std::string(sql).c_str(), context);
  });
}

void Session::mark(const Context& context) {
  if (transaction_ == Transaction::none) throw Failure(WYV_WRONG_STATE, "store.transaction", "no transaction is open");
  statement([&] {
    context.check();
    control(marked_ ? "RELEASE wyvern; SAVEPOINT wyvern" : "SAVEPOINT wyvern", context);
  });
  marked_ = true;
}

// Runs to its end whatever the deadline says, as `undo` does.
void Session::undo_to_mark(const Context&) {
  if (!marked_) throw Failure(WYV_WRONG_STATE, "store.transaction", "no place of a transaction is marked");
  if (!connection_->in_transaction())
    throw Failure(WYV_WRONG_STATE, "store.aborted", "SQLite has rolled the transaction back by itself");
  control("ROLLBACK TO wyvern", Context(nullptr));
  transaction_ = Transaction::open;
}

}  // namespace wyvern::sqlite
