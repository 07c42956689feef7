// A call that may never come back, made on a thread of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "trace/scope.hpp"
#include "wyvern/call.hpp"
#include "wyvern/result.hpp"

namespace wyvern::staging {

// How long a callee that ignores its deadline or its cancellation is waited for beyond it.
inline constexpr std::chrono::milliseconds errand_grace{1'000};

// Runs `body(Call&)` and returns what it returned, or nothing when it did not come back in time: then its thread is
// left behind, and `hanging` counts it until it does come back. `body` owns everything that it touches. `cancelled` may
// be null.
template <class Body>
auto run_errand(std::chrono::milliseconds timeout, const std::atomic<bool>* cancelled,
                const std::shared_ptr<std::atomic<int>>& hanging, Body body)
    -> std::optional<decltype(body(std::declval<Call&>()))> {
  using Value = decltype(body(std::declval<Call&>()));
  struct State {
    std::mutex mutex;
    std::condition_variable back;
    std::atomic<bool> withdrawn{false};
    bool abandoned = false;
    std::optional<Value> value;
  };
  const auto state = std::make_shared<State>();
  std::thread thread([state, hanging, timeout, asked = trace::carried(), body = std::move(body)]() mutable {
    const trace::Scope scope(std::move(asked));
    std::optional<Value> value;
    {
      Call call(timeout, &state->withdrawn, trace::request_id());
      value.emplace(body(call));
    }
    const std::lock_guard lock(state->mutex);
    state->value = std::move(value);
    if (state->abandoned) hanging->fetch_sub(1);
    state->back.notify_one();
  });

  auto give_up = std::chrono::steady_clock::now() + timeout + errand_grace;
  std::unique_lock lock(state->mutex);
  while (!state->value) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= give_up) {
      state->abandoned = true;
      hanging->fetch_add(1);
      lock.unlock();
      thread.detach();
      return std::nullopt;
    }
    if (cancelled != nullptr && cancelled->load() && !state->withdrawn.exchange(true)) {
      give_up = std::min(give_up, now + errand_grace);
    }
    // A cancellation is a bare flag: it has to be looked at.
    const auto look = now + std::chrono::milliseconds(20);
    state->back.wait_until(lock, cancelled == nullptr ? give_up : std::min(give_up, look));
  }
  auto value = std::move(state->value);
  lock.unlock();
  thread.join();
  return value;
}

}  // namespace wyvern::staging
