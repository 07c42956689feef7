// The clip that loops when nothing else can be shown. Ready at all times, decoded only while it is shown.
#pragma once

#include "item_source.hpp"

namespace wyvern::feeder {

class Filler {
 public:
  Filler(Clip clip, Cue cue);

  bool ready() const;
  // [scheduler] The next picture and its sound; none when it, too, has failed for now.
  BufferRef next(float* sound, std::int64_t samples);

 private:
  const Clip clip_;
  const Cue cue_;
  std::shared_ptr<ItemSource> current_;
  std::shared_ptr<ItemSource> following_;
  std::int64_t index_ = 0;
  int refusals_ = 0;  // a clip that cannot be opened is tried again from time to time
};

}  // namespace wyvern::feeder
