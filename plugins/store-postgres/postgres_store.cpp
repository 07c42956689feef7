#include "postgres_store.hpp"

#include <utility>

#include "notifications.hpp"
#include "pool.hpp"
#include "session.hpp"

namespace wyvern::postgres {

namespace {

constexpr int kOldestServer = 120000;

}  // namespace

PostgresStore::PostgresStore(Host host, std::string name, const Json& config)
    : host_(host), name_(std::move(name)), settings_(config, name_) {}

PostgresStore::~PostgresStore() = default;

void PostgresStore::prepare(const Context& context) {
  context.check();
  auto pool = std::make_shared<Pool>(settings_, host_);
  look_at_the_server(pool, context);
  const std::lock_guard lock(mutex_);
  pool_ = std::move(pool);
  notifications_ = std::make_shared<Notifications>(settings_, host_);
}

void PostgresStore::look_at_the_server(const std::shared_ptr<Pool>& pool, const Context& context) const {
  Lease lease(pool, Access::write, context);
  const PGconn* raw = lease->raw();
  if (PQserverVersion(raw) < kOldestServer)
    throw Failure(WYV_UNSUPPORTED, "store.version",
                  settings_.place() + " is on PostgreSQL " + PQparameterStatus(raw, "server_version") +
                      "; version 12 or a later one is needed");
  if (const std::string encoding = PQparameterStatus(raw, "server_encoding"); encoding != "UTF8")
    throw Failure(WYV_UNSUPPORTED, "store.encoding",
                  settings_.place() + " has the encoding " + encoding + "; make one with ENCODING 'UTF8'");
  Session session(std::move(lease));
  const wyv_value schema{WYV_VALUE_TEXT, 0, {.text = view(settings_.schema)}};
  bool has_schema = false;
  bool durable = false;
  session.execute(
      "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1), current_setting('fsync') = 'on'", {&schema, 1},
      [&](std::span<const wyv_value> row, std::span<const wyv_view>) {
        has_schema = row[0].as.integer != 0;
        durable = row[1].as.integer != 0;
        return false;
      },
      context);
  // Several may make it at once; the server lets one of them.
  if (!has_schema) try {
      session.execute("CREATE SCHEMA IF NOT EXISTS " + settings_.schema, {}, {}, context);
    } catch (const Failure& failure) {
      if (failure.error().code != "store.unique") throw;
    }
  if (!durable) host_.warn(settings_.place() + " runs with fsync off: a crash of its machine loses what was committed");
}

void PostgresStore::start(const Context&) {
  const std::lock_guard lock(mutex_);
  accepting_ = true;
}

void PostgresStore::drain(const Context& context) {
  std::shared_ptr<Pool> pool;
  {
    const std::lock_guard lock(mutex_);
    accepting_ = false;
    pool = pool_;
  }
  pool->wait_until_unused(context);
}

void PostgresStore::stop(const Context& context) {
  std::shared_ptr<Pool> pool;
  std::shared_ptr<Notifications> notifications;
  {
    const std::lock_guard lock(mutex_);
    accepting_ = false;
    pool = std::exchange(pool_, nullptr);
    notifications = std::exchange(notifications_, nullptr);
  }
  if (notifications != nullptr) notifications->stop();
  if (pool == nullptr) return;
  pool->interrupt();
  if (const auto open = pool->wait_until_unused(context); open > 0)
    host_.warn("the store '" + name_ + "' was stopped while sessions were open; their connections end with them",
               {{"sessions", open}});
}

std::shared_ptr<Pool> PostgresStore::pool() const {
  const std::lock_guard lock(mutex_);
  if (!accepting_) throw Failure(WYV_WRONG_STATE, "store.not_started", "the store '" + name_ + "' is not running");
  return pool_;
}

std::shared_ptr<Notifications> PostgresStore::notifications() const {
  const std::lock_guard lock(mutex_);
  if (!accepting_) throw Failure(WYV_WRONG_STATE, "store.not_started", "the store '" + name_ + "' is not running");
  return notifications_;
}

std::unique_ptr<StoreWatch> PostgresStore::watch(std::string_view topic, std::function<void()> heard, const Context&) {
  return notifications()->watch(topic, std::move(heard));
}

void PostgresStore::tell(std::string_view topic) { notifications()->tell(topic); }

std::unique_ptr<StoreSession> PostgresStore::open(bool for_writing, const Context& context) {
  return std::make_unique<Session>(Lease(pool(), for_writing ? Access::write : Access::read, context));
}

}  // namespace wyvern::postgres
