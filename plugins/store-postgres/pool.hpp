// A bounded number of connections, handed out as leases; and the way back to a server that was away.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connection.hpp"
#include "sessions/turnstile.hpp"

namespace wyvern::postgres {

class Pool {
 public:
  Pool(Settings settings, Host host);

  // [any] Waits its turn, and for a server that is away. Used through Lease.
  std::unique_ptr<Connection> take(Access access, const Context& context);
  void give_back(Access access, std::unique_ptr<Connection> connection);
  // [any] A connection in the place of one that ended; the caller keeps its turn.
  std::unique_ptr<Connection> connect(Access access, const Context& context);

  // [any] Ends what runs; later calls fail too.
  void interrupt();
  // [any] Returns how many leases are still out when the deadline, or a few seconds without one, have passed.
  std::size_t wait_until_unused(const Context& context);

 private:
  std::unique_ptr<Connection> idle(Access access);
  // After failures the next try waits for its time, which all callers share: a server that comes up is not stormed.
  // Throws what the last one met with when that time comes too late.
  void await_next_try(const Patience& patience, Clock::time_point until);
  void note_failure(const Refused& why);
  void note_success();
  Failure unreachable(const Refused& why) const;

  const Settings settings_;
  const Host host_;
  std::atomic<bool> interrupted_ = false;
  sessions::Turnstile readers_;
  sessions::Turnstile writers_;
  std::mutex mutex_;  // guards the rest
  std::vector<std::unique_ptr<Connection>> idle_readers_;
  std::vector<std::unique_ptr<Connection>> idle_writers_;
  unsigned failures_ = 0;  // in a row
  Refused last_failure_;
  Clock::time_point next_try_{};
  std::condition_variable stopped_;
};

// A place in the pool with its connection. Keeps the pool, even when the store was stopped meanwhile.
class Lease {
 public:
  Lease(std::shared_ptr<Pool> pool, Access access, const Context& context)
      : pool_(std::move(pool)), access_(access), connection_(pool_->take(access, context)) {}
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (pool_ != nullptr) pool_->give_back(access_, std::move(connection_));
  }

  Access access() const { return access_; }
  Connection* operator->() const { return connection_.get(); }
  bool alive() const { return connection_ != nullptr && connection_->alive(); }
  // Puts another connection in the place of one that has ended. Only while no transaction is open.
  void renew(const Context& context) {
    if (alive()) return;
    connection_.reset();
    connection_ = pool_->connect(access_, context);
  }

 private:
  std::shared_ptr<Pool> pool_;
  Access access_;
  std::unique_ptr<Connection> connection_;  // null when one ended and none was to be had
};

}  // namespace wyvern::postgres
