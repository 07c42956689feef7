#include "encoder_trunk.hpp"

#include <algorithm>

#include "house_sources.hpp"
#include "wyvern/result.hpp"

namespace wyvern::feeder {

namespace {

bool wants(const std::vector<std::string>& formats, const char* format) {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

// 0 lets x264 choose. Slices on several threads cost switches and bits, which up to 1080p30 a fast preset need not pay.
int encoder_threads(const HouseFormat& format, const Settings& settings) {
  if (settings.encoder_threads != 0) return settings.encoder_threads;
  const auto pixels_per_s = static_cast<std::int64_t>(format.width) * format.height * format.rate_num / format.rate_den;
  const bool fast = settings.preset == "ultrafast" || settings.preset == "superfast";
  return fast && pixels_per_s <= 1920 * 1080 * std::int64_t{30} ? 1 : 0;
}

std::string encoder(const HouseFormat& format, const Settings& settings) {
  const auto interval = format.frame_at(settings.keyframe_interval_s * second_ns + second_ns / 100);
  return "x264enc name=encoder tune=zerolatency speed-preset=" + settings.preset +
         " bitrate=" + std::to_string(settings.video_bitrate_kbps) + " key-int-max=" + std::to_string(interval) +
         " threads=" + std::to_string(encoder_threads(format, settings));
}

std::string sink(const char* name) {
  return std::string("appsink name=") + name + " sync=false async=false enable-last-sample=false max-buffers=4 ";
}

}  // namespace

struct EncoderTrunk::Callbacks {
  static EncoderTrunk& self(gpointer data) { return *static_cast<EncoderTrunk*>(data); }
  static GstFlowReturn picture(GstAppSink* sink, gpointer data) {
    const Gst<GstSample> sample(gst_app_sink_pull_sample(sink));
    return !sample || self(data).transport_stream_->picture(sample.get()) ? GST_FLOW_OK : refused(sink);
  }
  static GstFlowReturn sound(GstAppSink* sink, gpointer data) {
    const Gst<GstSample> sample(gst_app_sink_pull_sample(sink));
    return !sample || self(data).transport_stream_->sound(sample.get()) ? GST_FLOW_OK : refused(sink);
  }
  static GstFlowReturn flv(GstAppSink* sink, gpointer data) {
    const Gst<GstSample> sample(gst_app_sink_pull_sample(sink));
    if (sample) self(data).deliver_("flv", sample.get());
    return GST_FLOW_OK;
  }
  static GstFlowReturn refused(GstAppSink* sink) {
    GST_ELEMENT_ERROR(sink, STREAM, MUX, ("the transport stream cannot be made"), (nullptr));
    return GST_FLOW_ERROR;
  }
};

EncoderTrunk::EncoderTrunk(const HouseFormat& format, const Settings& settings, const std::vector<std::string>& formats,
                           Deliver deliver)
    : deliver_(std::move(deliver)) {
  const bool ts = wants(formats, "mpegts");
  const bool flv = wants(formats, "flv");
  std::string picture = encoder(format, settings) + " ! ";
  std::string sound =
      "audioconvert ! avenc_aac name=aac bitrate=" + std::to_string(settings.audio_bitrate_kbps * 1000) +
      " ! aacparse ! ";
  std::string branches;
  if (ts && flv) {
    // With queues: the picture's thread must not wait in the muxer for sound.
    branches = "vt. ! queue ! h264parse ! video/x-h264,stream-format=avc ! fl. at. ! queue ! aacparse ! fl. ";
    picture += "tee name=vt ! ";
    sound += "tee name=at ! ";
  }
  if (ts) {
    picture += "video/x-h264,stream-format=byte-stream,alignment=au ! " + sink("pictures_out");
    sound += "audio/mpeg,stream-format=adts ! " + sink("sound_out");
  } else {
    picture += "video/x-h264,stream-format=avc ! fl. ";
    sound += "fl. ";
  }
  std::string description;
  if (flv) description += "flvmux name=fl streamable=true ! " + sink("flv");
  description += house_sources(format, picture.c_str(), true) + house_sources(format, sound.c_str(), false) + branches;
  GError* error = nullptr;
  pipeline_.reset(gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
  const Gst<GError> held(error);
  if (!pipeline_)
    throw Failure(WYV_UNAVAILABLE, "engine.encoder", std::string("the encoder cannot be built: ") + error->message);
  gst_object_ref_sink(pipeline_.get());
  GstBin* bin = GST_BIN(pipeline_.get());
  pictures_.reset(gst_bin_get_by_name(bin, "pictures"));
  sound_.reset(gst_bin_get_by_name(bin, "sound"));
  if (ts) {
    transport_stream_ = std::make_unique<TransportStream>([this](GstSample* muxed) { deliver_("mpegts", muxed); });
    tap("pictures_out", &Callbacks::picture);
    tap("sound_out", &Callbacks::sound);
  }
  if (flv) tap("flv", &Callbacks::flv);
  // The encoder's first 1024 samples are its own delay.
  const Gst<GstElement> aac(gst_bin_get_by_name(bin, "aac"));
  const Gst<GstPad> coded(gst_element_get_static_pad(aac.get(), "src"));
  gst_pad_set_offset(coded.get(), -scale(1024, second_ns, sample_rate));
}

void EncoderTrunk::tap(const char* sink, GstFlowReturn (*new_sample)(GstAppSink*, gpointer)) {
  const Gst<GstElement> element(gst_bin_get_by_name(GST_BIN(pipeline_.get()), sink));
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = new_sample;
  gst_app_sink_set_callbacks(GST_APP_SINK(element.get()), &callbacks, this, nullptr);
}

EncoderTrunk::~EncoderTrunk() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

void EncoderTrunk::start(GstClockTime base_time) {
  const Gst<GstClock> clock(gst_system_clock_obtain());
  gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), clock.get());
  gst_element_set_start_time(pipeline_.get(), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline_.get(), base_time);
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    throw Failure(WYV_UNAVAILABLE, "engine.encoder", "the encoder cannot be started: " + fault());
}

void EncoderTrunk::push_picture(GstBuffer* picture) {
  (void)gst_app_src_push_buffer(GST_APP_SRC(pictures_.get()), picture);
}

void EncoderTrunk::push_sound(GstBuffer* sound) { (void)gst_app_src_push_buffer(GST_APP_SRC(sound_.get()), sound); }

std::int64_t EncoderTrunk::waiting() const {
  return static_cast<std::int64_t>(gst_app_src_get_current_level_buffers(GST_APP_SRC(pictures_.get())));
}

std::string EncoderTrunk::fault() const {
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
