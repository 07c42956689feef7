// Counts what became of marked clips on their way: frames lost, doubled, out of time; sound away from its picture.
#pragma once

#include <string>
#include <vector>

#include "clip_maker.hpp"
#include "stream_decoder.hpp"

namespace wyvern::media {

// A clip as it is expected in the stream.
struct ExpectedItem {
  ClipSpec clip;
  double in_s = 0;
  double out_s = -1;  // negative: to the end
};

struct StreamReport {
  int frames = 0;
  int unmarked = 0;  // slate, black, blends
  int items = 0;     // whole items seen: the first and the last of the stream are left out
  int lost = 0;
  int doubled = 0;
  int irregular = 0;                     // stamps further than 50 us from the frame before plus one frame
  std::vector<double> sound_offsets_ms;  // sound behind its picture, one per mark of the sound
  std::vector<std::string> findings;     // in words, the first fifty

  double least_offset_ms() const;
  double greatest_offset_ms() const;
  std::string text() const;
};

// The frames of the clip that a channel of that rate shows, in order: at house index i the last frame that is due, the
// first of those with the same index.
std::vector<int> expected_frames(const ExpectedItem& item, double house_rate);

StreamReport analyse(const SeenStream& stream, const std::vector<ExpectedItem>& items, int rate_num, int rate_den);

}  // namespace wyvern::media
