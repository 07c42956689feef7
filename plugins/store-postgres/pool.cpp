#include "pool.hpp"

#include <algorithm>
#include <utility>

namespace wyvern::postgres {

namespace {

constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{500};

}  // namespace

Pool::Pool(Settings settings, Host host)
    : settings_(std::move(settings)),
      host_(host),
      readers_(settings_.read_sessions),
      writers_(settings_.write_sessions) {}

std::unique_ptr<Connection> Pool::take(Access access, const Context& context) {
  auto& turnstile = access == Access::write ? writers_ : readers_;
  turnstile.enter(context,
                  access == Access::write ? "one of the store's write_sessions" : "one of the store's read_sessions");
  try {
    while (auto connection = idle(access))
      if (connection->alive()) return connection;
    return connect(access, context);
  } catch (...) {
    turnstile.leave();
    throw;
  }
}

std::unique_ptr<Connection> Pool::idle(Access access) {
  const std::lock_guard lock(mutex_);
  auto& all = access == Access::write ? idle_writers_ : idle_readers_;
  if (all.empty()) return nullptr;
  auto last = std::move(all.back());
  all.pop_back();
  return last;
}

void Pool::give_back(Access access, std::unique_ptr<Connection> connection) {
  if (connection != nullptr && connection->reusable()) {
    const std::lock_guard lock(mutex_);
    (access == Access::write ? idle_writers_ : idle_readers_).push_back(std::move(connection));
  }
  connection.reset();
  (access == Access::write ? writers_ : readers_).leave();
}

std::unique_ptr<Connection> Pool::connect(Access access, const Context& context) {
  const Patience patience{context, interrupted_};
  const auto until = Clock::now() + settings_.connect_timeout;
  for (;;) {
    await_next_try(patience, until);
    try {
      auto connection = std::make_unique<Connection>(dial(settings_, access, patience, until), access, interrupted_);
      note_success();
      return connection;
    } catch (const Unreachable& unreachable_now) {
      note_failure(unreachable_now.why);
      if (!unreachable_now.why.passing() || Clock::now() >= until) throw unreachable(unreachable_now.why);
    }
  }
}

void Pool::await_next_try(const Patience& patience, Clock::time_point until) {
  std::unique_lock lock(mutex_);
  while (Clock::now() < next_try_) {
    patience.check();
    if (Clock::now() >= until) throw unreachable(last_failure_);
    stopped_.wait_for(lock, std::min<std::chrono::nanoseconds>(kCancellationPoll, next_try_ - Clock::now()));
  }
  patience.check();
}

void Pool::note_failure(const Refused& why) {
  const auto first = [&] {
    const std::lock_guard lock(mutex_);
    next_try_ = Clock::now() + std::min(kLongestPause, kFirstPause * (1U << std::min(failures_, 6U)));
    last_failure_ = why;
    return failures_++ == 0;
  }();
  if (first)
    host_.warn(settings_.place() + " cannot be reached; it is tried again and again", {{"error", why.message}});
}

void Pool::note_success() {
  const auto failures = [&] {
    const std::lock_guard lock(mutex_);
    next_try_ = {};
    return std::exchange(failures_, 0U);
  }();
  if (failures > 0) host_.info(settings_.place() + " is reached again", {{"tries", failures}});
}

Failure Pool::unreachable(const Refused& why) const {
  if (why.sqlstate.starts_with("28"))
    return {WYV_DENIED, "store.denied",
            settings_.place() + " refuses the user '" + settings_.user + "'; check the password and pg_hba.conf",
            why.message};
  if (!why.passing())
    return {WYV_INVALID, "store.refused", settings_.place() + " cannot be used: " + why.message, why.message};
  return {WYV_UNAVAILABLE, "store.unreachable",
          settings_.place() + " cannot be reached; check that the server runs, and the address", why.message};
}

void Pool::interrupt() {
  interrupted_ = true;
  stopped_.notify_all();
}

std::size_t Pool::wait_until_unused(const Context& context) {
  constexpr auto kLongest = std::chrono::seconds(5);
  return writers_.wait_until_empty(context, kLongest) + readers_.wait_until_empty(context, kLongest);
}

}  // namespace wyvern::postgres
