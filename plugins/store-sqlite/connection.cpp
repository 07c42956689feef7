#include "connection.hpp"

#include <time.h>

#include <cstring>
#include <new>
#include <utility>

#include "sqlite_failure.hpp"

namespace wyvern::sqlite {

namespace {

constexpr std::size_t kKeptStatements = 128;
constexpr int kInstructionsBetweenChecks = 1000;  // some microseconds
// Only another program, such as the sqlite3 shell, can hold the lock: this process has one writer.
constexpr int kBusyAttempts = 2500;
constexpr timespec kBusyPause{0, 2'000'000};

// WAL and FULL: readers never wait for the writer, and a commit is on the disk when it returns.
constexpr const char* kSettings =
    "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;"
    "PRAGMA journal_size_limit=67108864; PRAGMA recursive_triggers=OFF; PRAGMA ignore_check_constraints=OFF;";

}  // namespace

Connection::Connection(const std::string& path, Access access, const std::atomic<bool>* interrupted,
                       const Context& context)
    : access_(access), interrupted_(interrupted) {
  const int opened = sqlite3_open_v2(path.c_str(), &raw_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  try {
    if (opened != SQLITE_OK) throw failure(raw_, opened, context, path);
    sqlite3_extended_result_codes(raw_, 1);
    sqlite3_busy_handler(raw_, &on_busy, this);
    sqlite3_progress_handler(raw_, kInstructionsBetweenChecks, &on_progress, this);
    sqlite3_set_authorizer(raw_, &on_authorize, this);
    if (access_ == Access::write) {
      const auto statement = prepare("PRAGMA journal_mode=WAL", context);
      const OnBehalfOf call(*this, context);
      const int stepped = sqlite3_step(statement.get());
      if (stepped != SQLITE_ROW) throw failure(raw_, stepped, context, path);
      const auto* mode = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
      if (mode == nullptr || std::strcmp(mode, "wal") != 0)
        throw Failure(WYV_UNSUPPORTED, "store.no_wal",
                      "the file system of the database '" + path +
                          "' has no shared memory, which its write-ahead log needs; put it on a local disk");
    }
    apply_settings(context);
  } catch (...) {
    kept_.clear();
    sqlite3_close_v2(raw_);
    throw;
  }
}

Connection::~Connection() {
  by_sql_.clear();
  kept_.clear();
  sqlite3_close_v2(raw_);
}

void Connection::run(const char* sql, const Context& context) {
  const OnBehalfOf call(*this, context);
  const int result = sqlite3_exec(raw_, sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw failure(raw_, result, context, sql);
}

void Connection::apply_settings(const Context& context) {
  run(kSettings, context);
  if (access_ == Access::read) run("PRAGMA query_only=ON", context);
}

OwnedStatement Connection::prepare(std::string_view sql, const Context& context) {
  if (const auto found = by_sql_.find(sql); found != by_sql_.end()) {
    // Taken out while it is used, so that the same text can run inside its own rows.
    auto statement = std::move(found->second->statement);
    const auto entry = found->second;
    by_sql_.erase(found);
    kept_.erase(entry);
    return statement;
  }
  if (sql.empty()) throw Failure(WYV_INVALID, "store.syntax", "the statement is empty");  // its data may be null
  const OnBehalfOf call(*this, context);
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int result =
      sqlite3_prepare_v3(raw_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  OwnedStatement statement(raw);
  if (result != SQLITE_OK) throw failure(raw_, result, context, sql);
  if (statement == nullptr) throw Failure(WYV_INVALID, "store.syntax", "the statement is empty");
  sqlite3_stmt* second = nullptr;
  const auto left = static_cast<int>(sql.data() + sql.size() - rest);
  const int more = sqlite3_prepare_v3(raw_, rest, left, 0, &second, nullptr);
  sqlite3_finalize(second);
  if (more != SQLITE_OK || second != nullptr)
    throw Failure(WYV_INVALID, "store.syntax", "one statement at a time is expected; a script may hold several",
                  std::string(sql));
  return statement;
}

void Connection::keep(std::string_view sql, OwnedStatement statement) noexcept {
  sqlite3_reset(statement.get());
  sqlite3_clear_bindings(statement.get());
  if (by_sql_.contains(sql)) return;
  try {
    kept_.push_front({std::string(sql), std::move(statement)});
    by_sql_.emplace(kept_.front().sql, kept_.begin());
  } catch (const std::bad_alloc&) {  // it is prepared anew next time
    if (!kept_.empty() && !by_sql_.contains(kept_.front().sql)) kept_.pop_front();
    return;
  }
  if (kept_.size() > kKeptStatements) {
    by_sql_.erase(kept_.back().sql);
    kept_.pop_back();
  }
}

bool Connection::must_end() const {
  if (interrupted_->load(std::memory_order_relaxed)) return true;
  return context_ != nullptr && (context_->expired() || context_->cancelled());
}

int Connection::on_progress(void* self) { return static_cast<Connection*>(self)->must_end() ? 1 : 0; }

int Connection::on_busy(void* self, int attempt) {
  if (attempt >= kBusyAttempts || static_cast<Connection*>(self)->must_end()) return 0;
  nanosleep(&kBusyPause, nullptr);
  return 1;
}

int Connection::on_authorize(void* self, int action, const char*, const char*, const char*, const char*) {
  switch (action) {
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return static_cast<Connection*>(self)->transaction_control_ ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
      return SQLITE_DENY;
    default:
      return SQLITE_OK;
  }
}

}  // namespace wyvern::sqlite
