// The opened database: one writing connection and a bounded number of reading ones, handed out as leases.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connection.hpp"
#include "database_file.hpp"
#include "sessions/turnstile.hpp"

namespace wyvern::sqlite {

class Database {
 public:
  // Claims the file for this process and opens it. Throws with a remedy.
  Database(const std::string& path, unsigned read_sessions, const Context& context);

  // [any] Waits its turn. Used through Lease.
  std::unique_ptr<Connection> take(bool for_writing, const Context& context);
  void give_back(bool for_writing, std::unique_ptr<Connection> connection);

  // [any] Ends the statements that run; later ones fail too.
  void interrupt() { interrupted_ = true; }
  // [any] Returns how many leases are still out when the deadline, or a few seconds without one, have passed.
  std::size_t wait_until_unused(const Context& context);

 private:
  const DatabaseFile file_;
  std::atomic<bool> interrupted_ = false;
  sessions::Turnstile writers_{1};
  sessions::Turnstile readers_;
  std::mutex mutex_;  // guards the two below
  std::unique_ptr<Connection> idle_writer_;
  std::vector<std::unique_ptr<Connection>> idle_readers_;
};

// A connection for as long as it is used. Keeps the database open, even when the store was stopped meanwhile.
class Lease {
 public:
  Lease(std::shared_ptr<Database> database, bool for_writing, const Context& context)
      : database_(std::move(database)), for_writing_(for_writing), connection_(database_->take(for_writing, context)) {}
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (connection_ != nullptr) database_->give_back(for_writing_, std::move(connection_));
  }

  Connection& operator*() const { return *connection_; }
  Connection* operator->() const { return connection_.get(); }
  bool for_writing() const { return for_writing_; }

 private:
  std::shared_ptr<Database> database_;
  bool for_writing_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace wyvern::sqlite
