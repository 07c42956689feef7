// Judges an output by what advances: bytes that left, clients that listen.
#pragma once

#include <cstdint>
#include <optional>

#include "house_format.hpp"

namespace wyvern::feeder {

enum class OutputState { waiting, live, failed };
const char* name(OutputState state);

class OutputWatch {
 public:
  explicit OutputWatch(std::int64_t stall_ns) : stall_ns_(stall_ns) {}

  struct Reading {
    std::int64_t bytes = 0;               // as the element counts, from its own start
    std::optional<std::int64_t> clients;  // none: the element does not say
    std::int64_t delivered = 0;           // what the muxer handed to the output so far
  };

  void restarted(std::int64_t now_ns);
  void observe(std::int64_t now_ns, const Reading& reading);

  OutputState state() const { return state_; }
  // Somebody listens and the muxer delivers, yet nothing has left for too long.
  bool stalled() const { return stalled_; }
  std::int64_t bytes() const { return bytes_; }  // over all restarts
  std::int64_t clients() const { return clients_; }

 private:
  const std::int64_t stall_ns_;
  OutputState state_ = OutputState::waiting;
  bool stalled_ = false;
  bool ever_advanced_ = false;  // since the restart
  std::int64_t bytes_ = 0;
  std::int64_t seen_bytes_ = 0;
  std::int64_t seen_delivered_ = 0;
  std::int64_t clients_ = 0;
  std::int64_t last_advance_ns_ = 0;
  std::int64_t last_delivery_ns_ = 0;
};

}  // namespace wyvern::feeder
