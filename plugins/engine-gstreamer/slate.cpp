#include "slate.hpp"

#include <gst/video/video.h>

#include <cstring>

namespace wyvern::feeder {

BufferRef make_slate(const HouseFormat& format) {
  constexpr int ground = 32;
  constexpr int band = 56;
  constexpr int neutral = 128;
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(format.width),
                            static_cast<guint>(format.height));
  auto slate = BufferRef::take(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
  GstVideoFrame frame;
  gst_video_frame_map(&frame, &info, slate.get(), GST_MAP_WRITE);
  for (guint plane = 0; plane < 3; ++plane) {
    const int height = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, plane);
    for (int y = 0; y < height; ++y) {
      const bool in_band = y * 20 >= height * 9 && y * 20 < height * 11;
      auto* row = static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, plane)) +
                  static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane);
      std::memset(row,
                  plane > 0 ? neutral
                  : in_band ? band
                            : ground,
                  static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_WIDTH(&frame, plane)));
    }
  }
  gst_video_frame_unmap(&frame);
  return slate;
}

}  // namespace wyvern::feeder
