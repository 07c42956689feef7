#include "sqlite_store.hpp"

#include <utility>

#include "database.hpp"
#include "session.hpp"

namespace wyvern::sqlite {

SqliteStore::SqliteStore(Host host, std::string name, const Json& config)
    : host_(host),
      name_(std::move(name)),
      path_(config.at("path").get<std::string>()),
      read_sessions_(config.value("read_sessions", 8U)) {
  if (path_.empty() || path_.find('\0') != std::string::npos)
    throw Failure(WYV_INVALID, "config.path", "path: the database needs a file name");
  if (read_sessions_ < 1 || read_sessions_ > 64)
    throw Failure(WYV_INVALID, "config.read_sessions", "read_sessions: a number from 1 to 64 is expected");
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::prepare(const Context& context) {
  context.check();
  auto database = std::make_shared<Database>(path_, read_sessions_, context);
  const std::lock_guard lock(mutex_);
  database_ = std::move(database);
}

void SqliteStore::start(const Context&) {
  const std::lock_guard lock(mutex_);
  accepting_ = true;
}

void SqliteStore::drain(const Context& context) {
  std::shared_ptr<Database> database;
  {
    const std::lock_guard lock(mutex_);
    accepting_ = false;
    database = database_;
  }
  database->wait_until_unused(context);
}

void SqliteStore::stop(const Context& context) {
  std::shared_ptr<Database> database;
  {
    const std::lock_guard lock(mutex_);
    accepting_ = false;
    database = std::exchange(database_, nullptr);
  }
  if (database == nullptr) return;
  database->interrupt();
  if (const auto open = database->wait_until_unused(context); open > 0)
    host_.warn("the store '" + name_ + "' was stopped while sessions were open; its file is released with the last one",
               {{"path", path_}, {"sessions", open}});
}

std::shared_ptr<Database> SqliteStore::database() const {
  const std::lock_guard lock(mutex_);
  if (!accepting_) throw Failure(WYV_WRONG_STATE, "store.not_started", "the store '" + name_ + "' is not running");
  return database_;
}

std::unique_ptr<StoreSession> SqliteStore::open(bool for_writing, const Context& context) {
  return std::make_unique<Session>(Lease(database(), for_writing, context));
}

}  // namespace wyvern::sqlite
