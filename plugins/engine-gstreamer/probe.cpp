#include "probe.hpp"

#include <gst/app/gstappsink.h>

#include <atomic>
#include <cmath>
#include <filesystem>

#include "file_structure.hpp"
#include "gst_pointers.hpp"
#include "house_format.hpp"
#include "media_facts.hpp"
#include "media_time.hpp"

namespace wyvern::feeder {

namespace {

[[noreturn]] void refuse(const char* code, const std::string& path, const std::string& reason) {
  throw Failure(WYV_INVALID, code, path + ": " + reason);
}

class Probe {
 public:
  Probe(const std::string& path, const Context& context) : path_(path), context_(context) {}
  ~Probe() {
    if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  nlohmann::json run() {
    build();
    begin();
    nlohmann::json facts = stream_facts(pipeline_.get());
    facts.update(picture_facts(gst_sample_get_caps(first_.get())));
    // From the moment of linking: the first picture may be there before the sound's sink has been told anything.
    facts.update(sound_facts(sound_caps_.get()));
    // Sound that no decoder stood before.
    if (facts["audio_codec"].is_null() && !facts["audio_channels"].is_null()) facts["audio_codec"] = "pcm";
    find_end();
    const std::int64_t length = end_ns_ - origin_ns_;
    facts["duration_ms"] = std::llround(static_cast<double>(length) / 1e6);
    facts["video_frames"] = nullptr;
    if (!facts["framerate"].is_null())
      facts["video_frames"] = std::llround(static_cast<double>(length) / 1e9 * facts["framerate"].get<double>());
    return facts;
  }

 private:
  static void pad_added(GstElement*, GstPad* pad, gpointer data) { static_cast<Probe*>(data)->link(pad); }
  static void no_more_pads(GstElement*, gpointer data) { static_cast<Probe*>(data)->complete_ = true; }
  static void element_added(GstBin*, GstBin*, GstElement* element, gpointer data) {
    GstElementFactory* factory = gst_element_get_factory(element);
    if (factory != nullptr && std::string(GST_OBJECT_NAME(factory)) == "qtdemux")
      static_cast<Probe*>(data)->base_ = TimeBase::stream;
  }

  void link(GstPad* pad) {
    const Gst<GstCaps> caps(gst_pad_get_current_caps(pad));
    const std::string media = caps ? gst_structure_get_name(gst_caps_get_structure(caps.get(), 0)) : "";
    const bool picture = media == "video/x-raw";
    if ((!picture && media != "audio/x-raw") || (picture ? has_picture_ : has_sound_)) return;
    if (!picture) sound_caps_.reset(gst_caps_ref(caps.get()));
    (picture ? has_picture_ : has_sound_) = true;
    GstElement* sink = gst_element_factory_make(picture ? "appsink" : "fakesink", picture ? "pictures" : "sound");
    g_object_set(sink, "sync", FALSE, "async", picture ? TRUE : FALSE, "enable-last-sample", FALSE, nullptr);
    if (picture) {
      g_object_set(sink, "max-buffers", 4U, nullptr);
      sink_ = GST_APP_SINK(sink);
    }
    gst_bin_add(GST_BIN(pipeline_.get()), sink);
    const Gst<GstPad> entry(gst_element_get_static_pad(sink, "sink"));
    gst_pad_link(pad, entry.get());
    gst_element_sync_state_with_parent(sink);
  }

  void build() {
    pipeline_.reset(gst_pipeline_new(nullptr));
    gst_object_ref_sink(pipeline_.get());
    gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), nullptr);
    GstElement* decode = gst_element_factory_make("uridecodebin", nullptr);
    if (decode == nullptr)
      throw Failure(WYV_UNAVAILABLE, "engine.elements", "GStreamer lacks the element uridecodebin");
    const Gst<gchar> uri(gst_filename_to_uri(path_.c_str(), nullptr));
    GstCaps* raw = gst_caps_from_string("video/x-raw;audio/x-raw");
    g_object_set(decode, "uri", uri.get(), "caps", raw, nullptr);
    gst_caps_unref(raw);
    g_signal_connect(decode, "pad-added", G_CALLBACK(&pad_added), this);
    g_signal_connect(decode, "no-more-pads", G_CALLBACK(&no_more_pads), this);
    g_signal_connect(pipeline_.get(), "deep-element-added", G_CALLBACK(&element_added), this);
    gst_bin_add(GST_BIN(pipeline_.get()), decode);
  }

  // Waits for the preroll of a picture, and at first for all pads. False when the stream ended without a picture.
  bool wait_preroll(bool first) {
    const Gst<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    bool prerolled = false;
    for (;;) {
      context_.check();
      if (prerolled && (!first || complete_)) return true;
      const auto kinds = static_cast<GstMessageType>(GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
      const Gst<GstMessage> message(gst_bus_timed_pop_filtered(bus.get(), 20 * GST_MSECOND, kinds));
      if (first && complete_ && !has_picture_) refuse("media.no_picture", path_, "the file has no picture");
      if (!message) {
        if (!first && sink_ != nullptr && gst_app_sink_is_eos(sink_) != FALSE) return false;
        continue;
      }
      if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) return false;
      if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ASYNC_DONE) {
        prerolled = true;
        continue;
      }
      GError* error = nullptr;
      gst_message_parse_error(message.get(), &error, nullptr);
      const Gst<GError> held(error);
      refuse("media.unreadable", path_, error->message);
    }
  }

  void begin() {
    gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
    const bool prerolled = wait_preroll(true);
    if (!has_picture_) refuse("media.no_picture", path_, "the file has no picture");
    if (prerolled) first_.reset(gst_app_sink_try_pull_preroll(sink_, GST_SECOND));
    if (!first_) refuse("media.no_picture", path_, "no picture of the file can be decoded");
    origin_ns_ =
        media_time(*gst_sample_get_segment(first_.get()), gst_sample_get_buffer(first_.get()), base_).value_or(0);
  }

  // Decodes the last seconds; where a seek lands behind the last picture, from further ahead.
  void find_end() {
    gint64 duration = -1;
    gst_element_query_duration(pipeline_.get(), GST_FORMAT_TIME, &duration);
    for (const std::int64_t tail_ns : {3 * second_ns, 30 * second_ns}) {
      if (duration <= 2 * tail_ns) break;
      if (gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME,
                                  static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                                  duration - tail_ns) == FALSE)
        break;
      if (wait_preroll(false) && read_to_end()) return;
      gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
      rewound_ = true;
    }
    if (rewound_) {
      gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME,
                              static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE), 0);
      (void)wait_preroll(false);
    }
    if (!read_to_end()) refuse("media.no_picture", path_, "no picture of the file can be decoded");
  }

  bool read_to_end() {
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    const Gst<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    bool any = false;
    for (;;) {
      context_.check();
      const Gst<GstSample> sample(gst_app_sink_try_pull_sample(sink_, 100 * GST_MSECOND));
      if (const Gst<GstMessage> error{gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR)}; error) {
        GError* what = nullptr;
        gst_message_parse_error(error.get(), &what, nullptr);
        const Gst<GError> held(what);
        refuse("media.unreadable", path_, std::string("the file breaks off while it is decoded: ") + what->message);
      }
      if (!sample) {
        if (gst_app_sink_is_eos(sink_) != FALSE) return any;
        continue;
      }
      GstBuffer* buffer = gst_sample_get_buffer(sample.get());
      const auto time = media_time(*gst_sample_get_segment(sample.get()), buffer, base_);
      if (!time) continue;
      any = true;
      std::int64_t duration = 0;
      if (GST_BUFFER_DURATION_IS_VALID(buffer)) duration = static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer));
      end_ns_ = std::max(end_ns_, *time + duration);
    }
  }

  const std::string path_;
  const Context& context_;
  Gst<GstElement> pipeline_;
  GstAppSink* sink_ = nullptr;  // owned by the pipeline
  std::atomic<bool> has_picture_{false};
  std::atomic<bool> has_sound_{false};
  std::atomic<bool> complete_{false};
  bool rewound_ = false;
  TimeBase base_ = TimeBase::stamp;
  Gst<GstCaps> sound_caps_;  // written before the preroll ends
  Gst<GstSample> first_;
  std::int64_t origin_ns_ = 0;
  std::int64_t end_ns_ = 0;
};

}  // namespace

nlohmann::json probe_media(const std::string& path, const Context& context) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) refuse("media.unreadable", path, "there is no such file");
  const auto size = std::filesystem::file_size(path, failed);
  if (failed) refuse("media.unreadable", path, failed.message());
  if (size == 0) refuse("media.empty", path, "the file is empty");
  if (const auto reason = cut_off(path)) refuse("media.truncated", path, *reason);
  return Probe(path, context).run();
}

}  // namespace wyvern::feeder
