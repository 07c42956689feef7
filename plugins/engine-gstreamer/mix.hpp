// The blend of two house pictures, and of their sound.
#pragma once

#include <gst/video/video.h>

#include <cstdint>

#include "gst_pointers.hpp"
#include "house_format.hpp"

namespace wyvern::feeder {

// How much of the incoming item is seen in step `step` of `steps`, so that both ends of a mix are whole pictures.
struct MixWeight {
  std::int64_t step = 0;
  std::int64_t steps = 1;
  constexpr float incoming() const { return static_cast<float>(step + 1) / static_cast<float>(steps + 1); }
};

class Mixer {
 public:
  explicit Mixer(const HouseFormat& format);
  // A new picture; the strides of the two may differ. Without either, the other one.
  BufferRef pictures(const BufferRef& outgoing, const BufferRef& incoming, MixWeight weight) const;
  // Into `incoming`, interleaved.
  static void sound(float* incoming, const float* outgoing, std::int64_t values, MixWeight weight);

 private:
  // Pictures carry no caps; what has a video meta is read by that, the rest as the house's own layout.
  GstVideoInfo info_;
};

}  // namespace wyvern::feeder
