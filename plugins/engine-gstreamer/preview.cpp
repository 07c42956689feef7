#include "preview.hpp"

#include <filesystem>

#include "house_sources.hpp"
#include "wyvern/result.hpp"

namespace wyvern::feeder {

namespace {

void clear_segments(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed)
    throw Failure(WYV_UNAVAILABLE, "engine.preview", "the preview's folder " + directory + " cannot be made",
                  failed.message());
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    const auto extension = entry.path().extension();
    std::error_code unused;
    if (extension == ".ts" || extension == ".m3u8") std::filesystem::remove(entry.path(), unused);
  }
}

// When it cannot keep up it leaves out what is newest; it never holds more than this.
void push(GstElement* source, GstBuffer* buffer, guint64 greatest) {
  if (gst_app_src_get_current_level_buffers(GST_APP_SRC(source)) < greatest)
    (void)gst_app_src_push_buffer(GST_APP_SRC(source), gst_buffer_ref(buffer));
}

}  // namespace

Preview::Preview(const HouseFormat& house, const PreviewSettings& settings, std::string directory) {
  clear_segments(directory);
  HouseFormat format = house;
  halved_ = house.rate_num > 30 * house.rate_den;
  if (halved_) format.rate_den *= 2;
  const int height = std::min(settings.height, house.height) / 2 * 2;
  const auto width = scale(height, house.width, 2 * static_cast<std::int64_t>(house.height)) * 2;
  const auto interval = format.frame_at(settings.segment_s * second_ns + second_ns / 100);
  const std::string picture = "videoconvertscale ! video/x-raw,width=" + std::to_string(width) +
                              ",height=" + std::to_string(height) +
                              " ! x264enc tune=zerolatency speed-preset=ultrafast threads=1 bitrate=" +
                              std::to_string(settings.video_bitrate_kbps) + " key-int-max=" + std::to_string(interval) +
                              " ! h264parse ! hls.video ";
  const std::string sound = "audioconvert ! audio/x-raw,channels=" + std::to_string(std::min(2, house.channels)) +
                            " ! avenc_aac bitrate=" + std::to_string(settings.audio_bitrate_kbps * 1000) +
                            " ! aacparse ! hls.audio ";
  const std::string description =
      "hlssink2 name=hls " + house_sources(format, picture.c_str(), true) + house_sources(format, sound.c_str(), false);
  GError* error = nullptr;
  pipeline_.reset(gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
  const Gst<GError> held(error);
  if (!pipeline_)
    throw Failure(WYV_UNAVAILABLE, "engine.preview", std::string("the preview cannot be built: ") + error->message);
  gst_object_ref_sink(pipeline_.get());
  GstBin* bin = GST_BIN(pipeline_.get());
  const Gst<GstElement> hls(gst_bin_get_by_name(bin, "hls"));
  g_object_set(hls.get(), "location", (directory + "/segment%05d.ts").c_str(), "playlist-location",
               (directory + "/index.m3u8").c_str(), "target-duration", static_cast<guint>(settings.segment_s),
               "playlist-length", static_cast<guint>(settings.segments), "max-files",
               static_cast<guint>(settings.segments + 2), nullptr);
  pictures_.reset(gst_bin_get_by_name(bin, "pictures"));
  sound_.reset(gst_bin_get_by_name(bin, "sound"));
}

Preview::~Preview() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

void Preview::start(GstClockTime base_time) {
  const Gst<GstClock> clock(gst_system_clock_obtain());
  gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), clock.get());
  gst_element_set_start_time(pipeline_.get(), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline_.get(), base_time);
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

void Preview::push_picture(GstBuffer* picture) {
  odd_ = !odd_;
  if (halved_ && !odd_) return;
  push(pictures_.get(), picture, 6);
}

void Preview::push_sound(GstBuffer* sound) { push(sound_.get(), sound, 50); }

std::string Preview::fault() const {
  const Gst<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  std::string reason;
  while (GstMessage* raw = gst_bus_pop(bus.get())) {
    const Gst<GstMessage> message(raw);
    if (GST_MESSAGE_TYPE(raw) != GST_MESSAGE_ERROR) continue;
    GError* error = nullptr;
    gst_message_parse_error(raw, &error, nullptr);
    const Gst<GError> held(error);
    if (reason.empty()) reason = error->message;
  }
  return reason;
}

}  // namespace wyvern::feeder
