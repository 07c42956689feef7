#include "lineup.hpp"

#include <algorithm>

namespace wyvern::feeder {

Lineup::Lineup(Rundown rundown, HouseFormat format, std::size_t depth, Cue cue)
    : rundown_(std::move(rundown)), format_(std::move(format)), depth_(depth), cue_(std::move(cue)) {
  next_ = rundown_.first();
  first_offset_ns_ = rundown_.list().start_offset_ns;
  fill({});
}

void Lineup::tend(std::int64_t frame, const Discarded& discarded) {
  for (auto cued = ahead_.begin(); cued != ahead_.end();) {
    const std::string fault = cued->source->fault();
    if (fault.empty()) {
      ++cued;
      continue;
    }
    last_fault_ = fault;
    discarded(*cued, fault);
    cued = ahead_.erase(cued);
    if (++failures_in_a_row_ >= rundown_.list().items.size()) {
      failures_in_a_row_ = 0;
      retry_frame_ = frame + format_.frame_at(2 * second_ns);
    }
  }
  if (frame >= retry_frame_) fill({});
}

void Lineup::fill(std::deque<Cued> reusable) {
  while (ahead_.size() < depth_ && next_) {
    Cued cued{rundown_.at(*next_), *next_, 0, nullptr};
    Clip clip = cued.item.clip;
    if (first_offset_ns_ > 0) {
      cued.offset_frames = format_.nearest_frames(std::exchange(first_offset_ns_, 0));
      clip.in_ns += format_.time_ns(cued.offset_frames);
    }
    const auto same = std::find_if(reusable.begin(), reusable.end(), [&](const Cued& old) {
      return old.source && old.offset_frames == cued.offset_frames && old.item.same_material(cued.item);
    });
    cued.source = same == reusable.end() ? cue_(clip) : std::move(same->source);
    next_ = rundown_.after(*next_);
    ahead_.push_back(std::move(cued));
  }
}

void Lineup::replace(Rundown rundown, const std::string& on_air_id, Place on_air) {
  rundown_ = std::move(rundown);
  const auto found = rundown_.find(on_air_id, on_air.index);
  if (found) {
    next_ = rundown_.after({*found, on_air.loop_count});
  } else if (on_air.index < rundown_.list().items.size()) {
    next_ = on_air;  // it was taken out: what moved up into its place comes next
  } else {
    next_ = rundown_.after({rundown_.list().items.size() - 1, on_air.loop_count});
  }
  failures_in_a_row_ = 0;
  retry_frame_ = 0;
  fill(std::exchange(ahead_, {}));
}

Cued Lineup::pop() {
  Cued cued = std::move(ahead_.front());
  ahead_.pop_front();
  failures_in_a_row_ = 0;
  last_fault_.clear();
  fill({});
  return cued;
}

}  // namespace wyvern::feeder
