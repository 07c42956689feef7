#include "store/turns.hpp"

#include <condition_variable>
#include <exception>
#include <optional>

namespace wyvern::store {

// A transaction and those whose changes it holds.
struct Turns::Together {
  std::optional<Session> session;
  bool alone = false;
  std::size_t members = 0;
  std::size_t changed = 0;  // members whose changes it holds
  std::chrono::steady_clock::time_point begun_at;
  std::exception_ptr failure;  // of the whole
  bool over = false;
  std::condition_variable ended;

  bool lets_in() const {
    return !alone && !failure && members < most_together && std::chrono::steady_clock::now() - begun_at < longest;
  }
  // Ends it: with a commit, when there is anything to commit.
  void end() noexcept {
    try {
      if (session && !failure && changed > 0) session->commit();
    } catch (const Failure& fault) {
      // Somebody's statement, perhaps a queued one.
      const bool of_one = fault.error().status != WYV_UNAVAILABLE && fault.error().code != "store.outcome_unknown";
      failure = members > 1 && of_one ? std::make_exception_ptr(Broken()) : std::current_exception();
    } catch (...) {
      failure = std::current_exception();
    }
    session.reset();  // which rolls back what is not committed
  }
};

struct Turns::Waiting {
  bool alone = false;
  std::condition_variable called = {};
  bool comes_in = false;
  std::exception_ptr refused = {};
};

// Calls the next in line.
void Turns::pass_on() {
  taken_ = !waiting_.empty();
  if (waiting_.empty()) return;
  auto* next = waiting_.front();
  waiting_.pop_front();
  next->comes_in = true;
  next->called.notify_one();
}

std::shared_ptr<Turns::Together> Turns::come_in(bool alone) {
  std::unique_lock lock(mutex_);
  if (taken_) {
    Waiting self{.alone = alone};
    waiting_.push_back(&self);
    self.called.wait(lock, [&] { return self.comes_in || self.refused; });
    if (self.refused) std::rethrow_exception(self.refused);
  }
  taken_ = true;
  if (!under_way_) {
    under_way_ = std::make_shared<Together>();
    under_way_->alone = alone;
  }
  return under_way_;
}

// When there is no transaction to be had, all who wait are told, so that each waits for it once and not in a row.
void Turns::begin(Together& together) {
  try {
    together.session.emplace(begin_());
    together.alone = together.alone || !together.session->mark();
    together.begun_at = std::chrono::steady_clock::now();
  } catch (...) {
    together.failure = std::current_exception();
    const std::lock_guard lock(mutex_);
    for (auto* waiting : waiting_) {
      waiting->refused = together.failure;
      waiting->called.notify_one();
    }
    waiting_.clear();
  }
}

// The last to come in ends it for all.
void Turns::leave(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Together>& together) {
  if (!waiting_.empty() && !waiting_.front()->alone && together->lets_in()) {
    pass_on();
    together->ended.wait(lock, [&] { return together->over; });
    return;
  }
  under_way_.reset();
  lock.unlock();
  together->end();
  lock.lock();
  together->over = true;
  together->ended.notify_all();
  pass_on();
}

void Turns::take(const std::function<void(Session&)>& body, bool alone) {
  const auto together = come_in(alone);
  std::exception_ptr fault;
  if (!together->session) begin(*together);
  if (!together->failure) {
    Session part = Session::part_of(*together->session);
    try {
      body(part);
      BeforeCommit::run(part);
      if (!together->alone) (void)part.mark();
      part.hand_over_to(*together->session);
      ++together->changed;
    } catch (...) {
      fault = std::current_exception();
      if (!together->alone) undo(*together, part);
    }
  }
  std::unique_lock lock(mutex_);
  ++together->members;
  leave(lock, together);
  lock.unlock();
  // Before the fault: what one was refused for may be the change of another, which came to nothing.
  if (together->failure) std::rethrow_exception(together->failure);
  if (fault) std::rethrow_exception(fault);
}

// What failed may have been queued by another: nobody here can tell.
void Turns::undo(Together& together, Session& part) {
  try {
    part.undo_to_mark();
  } catch (...) {
    together.failure = std::make_exception_ptr(Broken());
  }
}

}  // namespace wyvern::store
