// Decodes a recorded transport stream: every picture with its stamp and its mark, and the sound on one line of time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frame_mark.hpp"

namespace wyvern::media {

struct SeenFrame {
  double at_s = 0;  // its stamp
  std::optional<FrameMark> mark;
  MarkLevels levels{};  // where the mark is, or would be in a picture of the shape that was seen last
  double mean_luma = 0;
};

struct SeenStream {
  int width = 0;
  int height = 0;
  std::vector<SeenFrame> frames;
  std::vector<float> sound;  // first channel, 48 kHz
  double sound_from_s = 0;   // the stamp of its first sample
  int sound_gaps = 0;        // where stamps of the sound leap by more than 1 ms
  std::int64_t lost_packets = 0;
};

// `aspects`: the display aspects of the clips that may be in it, to find the marks in letterboxed pictures.
SeenStream decode_stream(const std::string& path, const std::vector<double>& aspects);

}  // namespace wyvern::media
