#include "output_watch.hpp"

namespace wyvern::feeder {

namespace {
constexpr std::int64_t still_live_ns = 2 * second_ns;  // transport streams pause for no longer
}

const char* name(OutputState state) {
  return state == OutputState::live ? "live" : state == OutputState::failed ? "failed" : "waiting";
}

void OutputWatch::restarted(std::int64_t now_ns) {
  state_ = OutputState::waiting;
  stalled_ = ever_advanced_ = false;
  seen_bytes_ = 0;
  clients_ = 0;
  last_advance_ns_ = last_delivery_ns_ = now_ns;
}

void OutputWatch::observe(std::int64_t now_ns, const Reading& reading) {
  // A count that fell began anew: a client of a listener left and took its part along.
  const std::int64_t more = reading.bytes >= seen_bytes_ ? reading.bytes - seen_bytes_ : 0;
  seen_bytes_ = reading.bytes;
  bytes_ += more;
  const bool first_client = clients_ == 0 && reading.clients.value_or(0) > 0;
  if (more > 0 || first_client) last_advance_ns_ = now_ns;
  if (more > 0) ever_advanced_ = true;
  if (reading.delivered != seen_delivered_) last_delivery_ns_ = now_ns;
  seen_delivered_ = reading.delivered;

  const bool moving = ever_advanced_ && now_ns - last_advance_ns_ < still_live_ns;
  const bool listened = reading.clients ? *reading.clients > 0 : ever_advanced_;
  clients_ = reading.clients ? *reading.clients : moving ? 1 : 0;
  state_ = moving && listened ? OutputState::live : OutputState::waiting;
  const bool fed = now_ns - last_delivery_ns_ < still_live_ns;
  stalled_ = listened && fed && now_ns - last_advance_ns_ > stall_ns_;
}

}  // namespace wyvern::feeder
