// The picture of a channel that has nothing to play: generated, so that it cannot fail.
#pragma once

#include "gst_pointers.hpp"
#include "house_format.hpp"

namespace wyvern::feeder {

// Dark grey with a lighter band across the middle: told at a glance from a dead line, which is black.
BufferRef make_slate(const HouseFormat& format);

}  // namespace wyvern::feeder
