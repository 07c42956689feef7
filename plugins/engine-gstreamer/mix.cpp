#include "mix.hpp"

namespace wyvern::feeder {

namespace {

void blend_row(const std::uint8_t* from, const std::uint8_t* to, std::uint8_t* out, int width, std::uint16_t weight) {
  const std::uint16_t rest = 256 - weight;
  for (int x = 0; x < width; ++x) out[x] = static_cast<std::uint8_t>((from[x] * rest + to[x] * weight + 128) >> 8);
}

}  // namespace

Mixer::Mixer(const HouseFormat& format) {
  gst_video_info_set_format(&info_, GST_VIDEO_FORMAT_I420, static_cast<guint>(format.width),
                            static_cast<guint>(format.height));
}

BufferRef Mixer::pictures(const BufferRef& outgoing, const BufferRef& incoming, MixWeight weight) const {
  if (!outgoing) return incoming;
  if (!incoming) return outgoing;
  auto made = BufferRef::take(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info_), nullptr));
  GstVideoFrame from;
  GstVideoFrame to;
  GstVideoFrame out;
  if (gst_video_frame_map(&from, &info_, outgoing.get(), GST_MAP_READ) == FALSE) return incoming;
  if (gst_video_frame_map(&to, &info_, incoming.get(), GST_MAP_READ) == FALSE) {
    gst_video_frame_unmap(&from);
    return outgoing;
  }
  gst_video_frame_map(&out, &info_, made.get(), GST_MAP_WRITE);
  const auto share = static_cast<std::uint16_t>(weight.incoming() * 256.0F + 0.5F);
  for (guint plane = 0; plane < 3; ++plane) {
    const int height = GST_VIDEO_FRAME_COMP_HEIGHT(&out, plane);
    const int width = GST_VIDEO_FRAME_COMP_WIDTH(&out, plane);
    for (int y = 0; y < height; ++y) {
      const auto row = [&](GstVideoFrame& frame) {
        return static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, plane)) +
               static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane);
      };
      blend_row(row(from), row(to), row(out), width, share);
    }
  }
  gst_video_frame_unmap(&out);
  gst_video_frame_unmap(&to);
  gst_video_frame_unmap(&from);
  return made;
}

void Mixer::sound(float* incoming, const float* outgoing, std::int64_t values, MixWeight weight) {
  const float share = weight.incoming();
  for (std::int64_t i = 0; i < values; ++i) incoming[i] = incoming[i] * share + outgoing[i] * (1.0F - share);
}

}  // namespace wyvern::feeder
