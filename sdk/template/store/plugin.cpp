// Keeps the state in one SQLite file, with a connection for each session. The contract of each function is in
// wyvern/abi/store.h.
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <semaphore>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wyvern/store.hpp"

namespace {

using wyvern::Context;
using wyvern::Failure;

// How many sessions may be open at once.
using Places = std::counting_semaphore<64>;

// A place, given back when it is destroyed.
std::shared_ptr<Places> take(const std::shared_ptr<Places>& places, const Context& context) {
  while (!places->try_acquire_for(std::chrono::milliseconds(5))) context.check();
  return {places.get(), [places](Places* taken) { taken->release(); }};
}

constexpr struct Fault {
  int result;
  wyv_status status;
  const char* code;
  const char* message;
} faults[] = {
    {SQLITE_CONSTRAINT_UNIQUE, WYV_CONFLICT, "store.unique", "a row with the same key exists already"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, WYV_CONFLICT, "store.unique", "a row with the same key exists already"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, WYV_CONFLICT, "store.foreign_key", "a row that is referred to is missing"},
    {SQLITE_CONSTRAINT, WYV_INVALID, "store.constraint", "the row does not fit the table"},
    {SQLITE_ERROR, WYV_INVALID, "store.syntax", "the statement cannot be run"},
    {SQLITE_READONLY, WYV_INVALID, "store.read_session",
     "the session was opened for reading, or the file is read-only"},
    {SQLITE_BUSY, WYV_UNAVAILABLE, "store.busy", "another program holds the database; close it"},
    {SQLITE_FULL, WYV_EXHAUSTED, "store.full", "the disk is full; free some space"},
};

Failure failure(sqlite3* database, const Context& context) {
  const int result = sqlite3_extended_errcode(database);
  const std::string message = sqlite3_errmsg(database);
  if (result == SQLITE_INTERRUPT && context.cancelled())
    return {WYV_CANCELLED, "call.cancelled", "the caller withdrew"};
  if (result == SQLITE_INTERRUPT)
    return {WYV_TIMEOUT, "call.timeout", "the deadline passed before the statement ended"};
  for (const auto& fault : faults)
    if (fault.result == result || fault.result == (result & 0xff))
      return {fault.status, fault.code, fault.message + (": " + message)};
  return {WYV_UNAVAILABLE, "store.io", "the database cannot be used: " + message};
}

void bind(sqlite3_stmt* statement, int index, const wyv_value& value) {
  const char* data = value.as.text.data == nullptr ? "" : value.as.text.data;  // null would be NULL
  if (value.type == WYV_VALUE_NULL)
    sqlite3_bind_null(statement, index);
  else if (value.type == WYV_VALUE_DOUBLE)
    sqlite3_bind_double(statement, index, value.as.real);
  else if (value.type == WYV_VALUE_TEXT || value.type == WYV_VALUE_JSON)
    sqlite3_bind_text64(statement, index, data, value.as.text.size, SQLITE_STATIC, SQLITE_UTF8);
  else if (value.type == WYV_VALUE_BYTES)
    sqlite3_bind_blob64(statement, index, data, value.as.text.size, SQLITE_STATIC);
  else
    sqlite3_bind_int64(statement, index, value.as.integer);
}

// SQLite has four types; the others show in what the column was declared as.
wyv_value column(sqlite3_stmt* statement, int index) {
  const char* name = sqlite3_column_decltype(statement, index);
  const std::string_view declared = name == nullptr ? "" : name;
  const int stored = sqlite3_column_type(statement, index);
  wyv_value value{};
  if (stored == SQLITE_NULL) return value;
  value.type = declared == "JSON"          ? WYV_VALUE_JSON  // a bare number is stored as one
               : stored == SQLITE_TEXT     ? WYV_VALUE_TEXT
               : stored == SQLITE_BLOB     ? WYV_VALUE_BYTES
               : stored == SQLITE_FLOAT    ? WYV_VALUE_DOUBLE
               : declared == "BOOLEAN"     ? WYV_VALUE_BOOL
               : declared == "TIMESTAMPTZ" ? WYV_VALUE_TIMESTAMP
                                           : WYV_VALUE_INT64;
  if (value.type == WYV_VALUE_DOUBLE) {
    value.as.real = sqlite3_column_double(statement, index);
  } else if (value.type == WYV_VALUE_TEXT || value.type == WYV_VALUE_JSON || value.type == WYV_VALUE_BYTES) {
    const void* data =
        value.type == WYV_VALUE_BYTES ? sqlite3_column_blob(statement, index) : sqlite3_column_text(statement, index);
    value.as.text = {static_cast<const char*>(data),
                     static_cast<std::uint64_t>(sqlite3_column_bytes(statement, index))};
  } else {
    value.as.integer = sqlite3_column_int64(statement, index);
  }
  return value;
}

class Session final : public wyvern::StoreSession {
 public:
  Session(std::shared_ptr<Places> place, const std::string& path, bool for_writing, const Context& context)
      : place_(std::move(place)), for_writing_(for_writing) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open(path.c_str(), &opened);
    database_.reset(opened);  // also of one that failed
    if (result != SQLITE_OK) throw failure(opened, context);
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, 5000);
    sqlite3_progress_handler(opened, 1000, &must_end, this);
    run(for_writing ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"
                    : "PRAGMA query_only=ON",
        context);
  }

  void begin(const Context& context) override {
    if (transaction_ != none) throw Failure(WYV_WRONG_STATE, "store.transaction", "a transaction is open already");
    run(for_writing_ ? "BEGIN IMMEDIATE" : "BEGIN", context);
    transaction_ = open;
  }
  void commit(const Context& context) override {
    require_begun();
    try {
      require_usable();
      context.check();
      run("COMMIT", context);
    } catch (...) {
      rollback(context);
      throw;
    }
    transaction_ = none;
  }
  void rollback(const Context&) override {
    require_begun();
    transaction_ = none;
    // Whatever the deadline says; SQLite may have done it by itself.
    if (sqlite3_get_autocommit(database_.get()) == 0) run("ROLLBACK", Context(nullptr));
  }
  std::uint64_t execute(std::string_view sql, std::span<const wyv_value> parameters, const OnRow& on_row,
                        const Context& context) override {
    std::uint64_t changed = 0;
    in_transaction([&] { changed = execute_one(std::string(sql), parameters, on_row, context); });
    return changed;
  }
  void script(std::string_view sql, const Context& context) override {
    in_transaction([&] { run(std::string(sql).c_str(), context); });
  }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  static int must_end(void* self) {
    const auto* context = static_cast<Session*>(self)->context_;
    return context->expired() || context->cancelled() ? 1 : 0;
  }
  void require_begun() const {
    if (transaction_ == none) throw Failure(WYV_WRONG_STATE, "store.transaction", "no transaction is open");
  }
  void require_usable() const {
    if (transaction_ == aborted)
      throw Failure(WYV_WRONG_STATE, "store.aborted", "a statement of the transaction failed; roll back");
  }
  template <class Body>
  void in_transaction(const Body& body) {
    require_usable();
    try {
      body();
    } catch (...) {
      if (transaction_ == open) transaction_ = aborted;
      throw;
    }
  }
  void run(const char* sql, const Context& context) {
    context_ = &context;
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
      throw failure(database_.get(), context);
  }
  std::uint64_t execute_one(const std::string& sql, std::span<const wyv_value> parameters, const OnRow& on_row,
                            const Context& context) {
    context_ = &context;
    sqlite3_stmt* prepared = nullptr;
    const char* rest = nullptr;
    const int result = sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &prepared, &rest);
    const std::unique_ptr<sqlite3_stmt, Close> statement(prepared);
    if (result != SQLITE_OK) throw failure(database_.get(), context);
    if (prepared == nullptr || *rest != '\0')
      throw Failure(WYV_INVALID, "store.syntax", "one statement is expected; a script may hold several");
    bind_all(prepared, parameters);
    const auto before = sqlite3_total_changes64(database_.get());
    int step;
    while ((step = sqlite3_step(prepared)) == SQLITE_ROW)
      if (on_row && !give_row(prepared, on_row)) break;
    if (step != SQLITE_DONE && step != SQLITE_ROW) throw failure(database_.get(), context);
    // What SQLite counted is that of an earlier statement where this one changed nothing.
    const bool changed = sqlite3_total_changes64(database_.get()) != before;
    return changed ? static_cast<std::uint64_t>(sqlite3_changes64(database_.get())) : 0;
  }
  static void bind_all(sqlite3_stmt* statement, std::span<const wyv_value> parameters) {
    std::size_t used = 0;
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i) {
      const char* name = sqlite3_bind_parameter_name(statement, i);
      const std::size_t number = name != nullptr && name[0] == '$' ? std::strtoul(name + 1, nullptr, 10) : 0;
      used = std::max(used, number);
      if (number == 0 || number > parameters.size())
        throw Failure(WYV_INVALID, "store.parameters", "too few parameters, or one that is not written $1, $2, …");
      bind(statement, i, parameters[number - 1]);
    }
    if (used < parameters.size())
      throw Failure(WYV_INVALID, "store.parameters", "more parameters than the statement uses");
  }
  static bool give_row(sqlite3_stmt* statement, const OnRow& on_row) {
    std::vector<wyv_value> values;
    std::vector<wyv_view> names;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      values.push_back(column(statement, i));
      names.push_back(wyvern::view(std::string_view(sqlite3_column_name(statement, i))));
    }
    return on_row(values, names);
  }

  const std::shared_ptr<Places> place_;  // given back after the connection is closed, which ends an open transaction
  const bool for_writing_;
  const Context* context_ = nullptr;  // of the call that is under way
  std::unique_ptr<sqlite3, Close> database_;
  enum { none, open, aborted } transaction_ = none;
};

class SqliteStore final : public wyvern::Store {
 public:
  // `config` has been checked against the manifest's schema, and has its defaults.
  SqliteStore(wyvern::Host, std::string, const wyvern::Json& config)
      : path_(config.at("path").get<std::string>()),
        readers_(std::make_shared<Places>(config.at("read_sessions").get<int>())) {}

  std::string_view dialect() const override { return "sqlite"; }
  std::unique_ptr<wyvern::StoreSession> open(bool for_writing, const Context& context) override {
    return std::make_unique<Session>(take(for_writing ? writer_ : readers_, context), path_, for_writing, context);
  }

 private:
  const std::string path_;
  const std::shared_ptr<Places> readers_;
  const std::shared_ptr<Places> writer_ = std::make_shared<Places>(1);  // SQLite has one
};

}  // namespace

WYVERN_PLUGIN(SqliteStore)
