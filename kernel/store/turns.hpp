// Writers take turns. Those who wait for theirs are let into the transaction that is under way, each behind a mark, so
// that one commit, with its wait for the disk, serves them all. Nobody is told of success before that commit.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "store/store.hpp"

namespace wyvern::store {

// Thread-safe.
class Turns {
 public:
  static constexpr std::size_t most_together = 64;
  static constexpr std::chrono::milliseconds longest{20};  // from when it was begun until nobody else is let in

  // `begin` opens a transaction that no other writer is in.
  explicit Turns(std::function<Session()> begin) : begin_(std::move(begin)) {}

  // A transaction of several came to nothing by what one of them did. Each comes again, alone.
  struct Broken {};

  // Runs `body` and what BeforeCommit adds, and returns once that is committed. Throws what they throw, when the store
  // has nothing of it; Failure when nobody got what all wanted, or nobody knows whether; and Broken, unless `alone`.
  void take(const std::function<void(Session&)>& body, bool alone = false);

 private:
  struct Together;
  struct Waiting;

  std::shared_ptr<Together> come_in(bool alone);
  void begin(Together& together);
  static void undo(Together& together, Session& part);
  void leave(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Together>& together);
  void pass_on();

  const std::function<Session()> begin_;
  std::mutex mutex_;
  bool taken_ = false;                   // by who runs its body, or begins, or commits
  std::deque<Waiting*> waiting_;         // in the order in which they came
  std::shared_ptr<Together> under_way_;  // whose next member is the next in line
};

}  // namespace wyvern::store
