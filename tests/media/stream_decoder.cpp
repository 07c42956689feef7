#include "stream_decoder.hpp"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <thread>

#include "transport_stream.hpp"

namespace wyvern::media {

namespace {

// Pushes access units through a decoder and hands every decoded sample to `take`.
template <class Take>
void decode(const std::vector<AccessUnit>& units, const std::string& chain, Take take) {
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(("appsrc name=in format=time block=true max-bytes=4000000 " + chain +
                                           " ! appsink name=out sync=false max-buffers=8")
                                              .c_str(),
                                          &error);
  if (pipeline == nullptr) throw std::runtime_error(error->message);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstElement* source = gst_bin_get_by_name(GST_BIN(pipeline), "in");
  GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline), "out");
  std::thread feeder([&] {
    for (const auto& unit : units) {
      GstBuffer* buffer = gst_buffer_new_memdup(unit.bytes.data(), unit.bytes.size());
      if (unit.stamp >= 0)
        GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(static_cast<guint64>(unit.stamp), GST_SECOND, 90'000);
      if (gst_app_src_push_buffer(GST_APP_SRC(source), buffer) != GST_FLOW_OK) return;
    }
    gst_app_src_end_of_stream(GST_APP_SRC(source));
  });
  while (GstSample* sample = gst_app_sink_try_pull_sample(GST_APP_SINK(sink), 20 * GST_SECOND)) {
    take(sample);
    gst_sample_unref(sample);
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  feeder.join();
  gst_object_unref(source);
  gst_object_unref(sink);
  gst_object_unref(pipeline);
}

SeenFrame see(GstSample* sample, std::vector<double>& aspects, SeenStream& stream) {
  GstVideoInfo info;
  gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  SeenFrame seen;
  seen.at_s = static_cast<double>(GST_BUFFER_PTS(buffer)) / 1e9;
  GstVideoFrame frame;
  if (gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ) == FALSE) return seen;
  stream.width = GST_VIDEO_INFO_WIDTH(&info);
  stream.height = GST_VIDEO_INFO_HEIGHT(&info);
  const auto* luma = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
  const int stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
  for (auto aspect = aspects.begin(); aspect != aspects.end(); ++aspect) {
    seen.mark = read_mark(luma, stride, fitted(*aspect, stream.width, stream.height));
    if (!seen.mark) continue;
    std::rotate(aspects.begin(), aspect, aspect + 1);  // the next picture most likely has the same shape
    break;
  }
  seen.levels = mark_levels(luma, stride, fitted(aspects.front(), stream.width, stream.height));
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (int y = 0; y < stream.height; y += 16)
    for (int x = 0; x < stream.width; x += 16, ++count) sum += luma[static_cast<std::ptrdiff_t>(y) * stride + x];
  seen.mean_luma = static_cast<double>(sum) / static_cast<double>(count);
  gst_video_frame_unmap(&frame);
  return seen;
}

void hear(GstSample* sample, SeenStream& stream) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  GstMapInfo map;
  if (gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) return;
  const double at_s = static_cast<double>(GST_BUFFER_PTS(buffer)) / 1e9;
  if (stream.sound.empty()) stream.sound_from_s = at_s;
  const double due_s = stream.sound_from_s + static_cast<double>(stream.sound.size()) / 48'000;
  if (std::abs(at_s - due_s) > 0.001) {
    ++stream.sound_gaps;
    if (at_s > due_s)
      stream.sound.resize(stream.sound.size() + static_cast<std::size_t>((at_s - due_s) * 48'000), 0.0F);
  }
  const auto* samples = reinterpret_cast<const float*>(map.data);
  stream.sound.insert(stream.sound.end(), samples, samples + map.size / sizeof(float));
  gst_buffer_unmap(buffer, &map);
}

}  // namespace

SeenStream decode_stream(const std::string& path, const std::vector<double>& aspects) {
  gst_init(nullptr, nullptr);
  const TransportStream raw = read_transport_stream(path);
  SeenStream stream;
  stream.lost_packets = raw.discontinuities;
  std::vector<double> order = aspects;
  decode(raw.picture,
         "caps=video/x-h264,stream-format=byte-stream,alignment=au ! h264parse ! avdec_h264 ! video/x-raw,format=I420",
         [&](GstSample* sample) { stream.frames.push_back(see(sample, order, stream)); });
  decode(raw.sound,
         "caps=audio/mpeg,mpegversion=4,stream-format=adts ! aacparse ! avdec_aac ! audioconvert ! "
         "audio/x-raw,format=F32LE,channels=1,rate=48000,layout=interleaved",
         [&](GstSample* sample) { hear(sample, stream); });
  return stream;
}

}  // namespace wyvern::media
