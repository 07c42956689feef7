// The items cued behind the one on air: prepared in time, discarded when they turn out bad.
#pragma once

#include <deque>
#include <functional>

#include "item_source.hpp"
#include "rundown.hpp"

namespace wyvern::feeder {

struct Cued {
  Item item;
  Place place;
  std::int64_t offset_frames = 0;  // a resumed item begins that far behind its in point
  std::shared_ptr<ItemSource> source;
};

// [scheduler] Not for several threads.
class Lineup {
 public:
  using Discarded = std::function<void(const Cued&, const std::string& reason)>;

  Lineup() = default;
  Lineup(Rundown rundown, HouseFormat format, std::size_t depth, Cue cue);

  // Drops what failed and cues what is missing. When a whole round of the list has failed it waits two seconds.
  void tend(std::int64_t frame, const Discarded& discarded);
  // Another list, in which `on_air` stands somewhere else or no more. What is prepared already stays.
  void replace(Rundown rundown, const std::string& on_air_id, Place on_air);

  const Rundown& rundown() const { return rundown_; }
  const Cued* front() const { return ahead_.empty() ? nullptr : &ahead_.front(); }
  bool front_ready() const { return !ahead_.empty() && ahead_.front().source->state() == ItemSource::State::ready; }
  bool exhausted() const { return ahead_.empty() && !next_; }
  // The reason of the newest failure, until an item goes on air.
  const std::string& last_fault() const { return last_fault_; }
  Cued pop();

 private:
  void fill(std::deque<Cued> reusable);

  Rundown rundown_;
  HouseFormat format_;
  std::size_t depth_ = 0;
  Cue cue_;
  std::deque<Cued> ahead_;
  std::optional<Place> next_;  // to be cued next
  std::int64_t first_offset_ns_ = 0;
  std::size_t failures_in_a_row_ = 0;
  std::int64_t retry_frame_ = 0;
  std::string last_fault_;
};

}  // namespace wyvern::feeder
