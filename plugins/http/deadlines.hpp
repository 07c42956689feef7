// How long a connection may take for what it does. A deadline belongs to a phase of a request and is set once, so that
// dripping bytes do not push it on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "http/settings.hpp"

namespace wyvern::http {

// What a connection is about.
enum class Phase {
  idle,       // between requests
  header,     // some of a request's headers have come
  body,       // all of its headers
  call,       // the operation, or the connection's last answer
  lingering,  // everything is said; the reader is left a moment to close
  closed
};

// On the strand, unless a function says otherwise.
class Deadlines {
 public:
  explicit Deadlines(const Settings& settings) : settings_(settings) {}

  // Sets the deadline of the phase, if it has one and it is not set already. `request` counts those of the connection.
  void arm(Phase phase, std::uint64_t request);
  // Gives the phase its whole time again.
  void arm_again(Phase phase);
  // From now on the reader must take a byte in time, until it has.
  void await_reader();
  void reader_took();
  void clear();

  bool read_passed(std::int64_t now_ns) const { return now_ns >= read_ns_.load(std::memory_order_relaxed); }    // [any]
  bool write_passed(std::int64_t now_ns) const { return now_ns >= write_ns_.load(std::memory_order_relaxed); }  // [any]

  // On the clock of deadlines. [any]
  static std::int64_t now_ns();

 private:
  static std::int64_t after(std::chrono::milliseconds timeout);

  const Settings& settings_;
  Phase armed_ = Phase::closed;
  std::uint64_t armed_request_ = 0;
  std::atomic<std::int64_t> read_ns_{INT64_MAX};
  std::atomic<std::int64_t> write_ns_{INT64_MAX};
};

}  // namespace wyvern::http
