#include "deadlines.hpp"

namespace wyvern::http {
namespace {

constexpr std::chrono::milliseconds linger_timeout{1000};

}  // namespace

std::int64_t Deadlines::now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t Deadlines::after(std::chrono::milliseconds timeout) {
  return now_ns() + std::chrono::duration_cast<std::chrono::nanoseconds>(timeout).count();
}

void Deadlines::arm(Phase phase, std::uint64_t request) {
  if (phase == armed_ && request == armed_request_) return;
  armed_ = phase;
  armed_request_ = request;
  arm_again(phase);
}

void Deadlines::arm_again(Phase phase) {
  auto deadline = std::int64_t{INT64_MAX};
  switch (phase) {
    case Phase::idle:
      deadline = after(settings_.idle_timeout);
      break;
    case Phase::header:
      deadline = after(settings_.header_timeout);
      break;
    case Phase::body:
      deadline = after(settings_.body_timeout);
      break;
    case Phase::lingering:
      deadline = after(linger_timeout);
      break;
    case Phase::call:
    case Phase::closed:
      break;
  }
  read_ns_.store(deadline, std::memory_order_relaxed);
}

void Deadlines::await_reader() { write_ns_.store(after(settings_.write_timeout), std::memory_order_relaxed); }
void Deadlines::reader_took() { write_ns_.store(INT64_MAX, std::memory_order_relaxed); }

void Deadlines::clear() {
  read_ns_.store(INT64_MAX, std::memory_order_relaxed);
  write_ns_.store(INT64_MAX, std::memory_order_relaxed);
}

}  // namespace wyvern::http
