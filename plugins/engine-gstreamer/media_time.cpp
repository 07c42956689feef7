#include "media_time.hpp"

namespace wyvern::feeder {

std::optional<std::int64_t> media_time(const GstSegment& segment, const GstBuffer* buffer, TimeBase base) {
  const GstClockTime pts = GST_BUFFER_PTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(pts)) return std::nullopt;
  if (base == TimeBase::stamp || segment.format != GST_FORMAT_TIME) return static_cast<std::int64_t>(pts);
  guint64 stream_time = 0;
  const int sign = gst_segment_to_stream_time_full(&segment, GST_FORMAT_TIME, pts, &stream_time);
  if (sign == 0) return std::nullopt;
  return sign * static_cast<std::int64_t>(stream_time);
}

}  // namespace wyvern::feeder
