// Where a decoded buffer belongs, counted from the first picture of its file.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>

namespace wyvern::feeder {

// QuickTime's edit lists are applied through the segment, so its time is stream time. With other demuxers stream time
// moves across seeks (21 ms in Matroska, 0.78 s in transport streams) while the time stamps stay: there they count.
enum class TimeBase { stream, stamp };

std::optional<std::int64_t> media_time(const GstSegment& segment, const GstBuffer* buffer, TimeBase base);

}  // namespace wyvern::feeder
