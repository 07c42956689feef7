// One SQLite connection: how it is set up, its statements, and the call on whose behalf it works.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "wyvern/plugin.hpp"

namespace wyvern::sqlite {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using OwnedStatement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Used by one thread at a time.
class Connection {
 public:
  enum class Access { read, write };

  // `interrupted` ends what runs on this connection; it outlives the connection.
  Connection(const std::string& path, Access access, const std::atomic<bool>* interrupted, const Context& context);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* raw() const { return raw_; }
  Access access() const { return access_; }
  bool in_transaction() const { return sqlite3_get_autocommit(raw_) == 0; }
  // False when it could not be brought back to the state in which it was opened.
  bool reusable() const { return !spoiled_ && !in_transaction(); }
  void spoil() { spoiled_ = true; }

  // Runs text of any number of statements without looking at rows.
  void run(const char* sql, const Context& context);
  // The settings that every session relies on; a script may have changed them.
  void apply_settings(const Context& context);

  // A prepared statement, from the cache when it was used before. Give it back with `keep`.
  OwnedStatement prepare(std::string_view sql, const Context& context);
  void keep(std::string_view sql, OwnedStatement statement) noexcept;

  // Transactions are begun and ended by the session alone; SQL text may not.
  void allow_transaction_control(bool allowed) { transaction_control_ = allowed; }

  // While one lives, the connection's work ends when the call's deadline passes or its caller withdraws.
  class OnBehalfOf {
   public:
    OnBehalfOf(Connection& connection, const Context& context) : connection_(connection), outer_(connection.context_) {
      connection_.context_ = &context;
    }
    ~OnBehalfOf() { connection_.context_ = outer_; }
    OnBehalfOf(const OnBehalfOf&) = delete;
    OnBehalfOf& operator=(const OnBehalfOf&) = delete;

   private:
    Connection& connection_;
    const Context* outer_;
  };

 private:
  static int on_progress(void* self);
  static int on_busy(void* self, int attempt);
  static int on_authorize(void* self, int action, const char*, const char*, const char*, const char*);
  bool must_end() const;

  sqlite3* raw_ = nullptr;
  const Access access_;
  const std::atomic<bool>* interrupted_;
  const Context* context_ = nullptr;
  bool transaction_control_ = false;
  bool spoiled_ = false;

  struct Kept {
    std::string sql;
    OwnedStatement statement;
  };
  std::list<Kept> kept_;  // the last used first
  std::unordered_map<std::string_view, std::list<Kept>::iterator> by_sql_;
};

}  // namespace wyvern::sqlite
