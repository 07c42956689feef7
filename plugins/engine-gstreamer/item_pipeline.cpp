#include "item_pipeline.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "decoder_pool.hpp"
#include "item_chain.hpp"

namespace wyvern::feeder {

namespace {
constexpr std::int64_t millisecond_ns = 1'000'000;
constexpr std::int64_t sound_ahead = sample_rate;  // 1 s
}  // namespace

// The functions that GStreamer calls, with the pipeline as their data.
struct ItemPipeline::Callbacks {
  static ItemPipeline& self(gpointer data) { return *static_cast<ItemPipeline*>(data); }

  static void pad_added(GstElement*, GstPad* pad, gpointer data) { self(data).link(pad); }
  static void no_more_pads(GstElement*, gpointer data) {
    auto& item = self(data);
    {
      const std::lock_guard lock(item.mutex_);
      item.pads_complete_ = true;
    }
    item.changed_.notify_all();
  }
  // One core decodes HD in real time, and each further frame thread holds pictures and costs switches. What is larger
  // or coded more densely gets some, before its decoder is opened.
  static GstPadProbeReturn coded(GstPad* pad, GstPadProbeInfo* info, gpointer) {
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    const GstStructure* coding = gst_caps_get_structure(caps, 0);
    int width = 0;
    int height = 0;
    gst_structure_get_int(coding, "width", &width);
    gst_structure_get_int(coding, "height", &height);
    const bool light =
        (gst_structure_has_name(coding, "video/x-h264") != FALSE || gst_structure_has_name(coding, "video/mpeg")) &&
        width * height <= 1920 * 1088;
    g_object_set(GST_PAD_PARENT(pad), "max-threads", light ? 1 : static_cast<int>(std::min(4U, g_get_num_processors())),
                 nullptr);
    return GST_PAD_PROBE_OK;
  }
  // Pictures are shown without a copy, so a decoder may draw into them only once. These do; some old ones draw the next
  // picture over the last.
  static bool decodes_into_fresh_pictures(const std::string& factory) {
    static constexpr std::array fresh{"avdec_h264", "avdec_h265",   "avdec_mpeg2video", "avdec_mpeg4", "avdec_vp8",
                                      "avdec_vp9",  "avdec_prores", "avdec_dnxhd",      "avdec_mjpeg"};
    return std::find(fresh.begin(), fresh.end(), factory) != fresh.end();
  }
  static void element_added(GstBin*, GstBin*, GstElement* element, gpointer data) {
    GstElementFactory* factory = gst_element_get_factory(element);
    if (factory == nullptr) return;
    const std::string name = GST_OBJECT_NAME(factory);
    if (name == "qtdemux") self(data).time_base_ = TimeBase::stream;
    if (name == "tsdemux") self(data).transport_stream_ = true;
    GObjectClass* kind = G_OBJECT_GET_CLASS(element);
    const Gst<GstPad> sink(gst_element_get_static_pad(element, "sink"));
    if (sink && g_object_class_find_property(kind, "max-threads") != nullptr)
      gst_pad_add_probe(sink.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, &coded, nullptr, nullptr);
    if (g_object_class_find_property(kind, "direct-rendering") != nullptr && !decodes_into_fresh_pictures(name))
      g_object_set(element, "direct-rendering", FALSE, nullptr);
  }
  static GstFlowReturn new_picture(GstAppSink* sink, gpointer data) {
    const Gst<GstSample> sample(gst_app_sink_pull_sample(sink));
    return sample ? self(data).take_picture(sample.get()) : GST_FLOW_EOS;
  }
  static GstFlowReturn new_sound(GstAppSink* sink, gpointer data) {
    const Gst<GstSample> sample(gst_app_sink_pull_sample(sink));
    return sample ? self(data).take_sound(sample.get()) : GST_FLOW_EOS;
  }
  static void pictures_end(GstAppSink*, gpointer data) { self(data).picture_ended(); }
  static void sound_end(GstAppSink*, gpointer data) {
    self(data).samples_.end();
    self(data).changed_.notify_all();
  }
  static GstPadProbeReturn before_scaling(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
    auto& item = self(data);
    if (!item.armed_) return GST_PAD_PROBE_OK;
    const Gst<GstEvent> event(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
    if (!event) return GST_PAD_PROBE_OK;
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event.get(), &segment);
    const Verdict verdict = item.judge(*segment, GST_PAD_PROBE_INFO_BUFFER(info));
    if (verdict == Verdict::pass) return GST_PAD_PROBE_OK;
    if (verdict == Verdict::drop) return GST_PAD_PROBE_DROP;
    // Behind the out point: the decoder is told to stop, or it would race through the rest of the file.
    item.picture_ended();
    gst_buffer_unref(GST_PAD_PROBE_INFO_BUFFER(info));
    GST_PAD_PROBE_INFO_FLOW_RETURN(info) = GST_FLOW_EOS;
    return GST_PAD_PROBE_HANDLED;
  }
  // Offers a pool to decode into. Without one a decoder copies each picture whose coded size is not the shown one (1088
  // lines of 1080).
  static GstPadProbeReturn allocation(GstPad*, GstPadProbeInfo* info, gpointer) {
    GstQuery* query = GST_PAD_PROBE_INFO_QUERY(info);
    if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
    if (gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr) == FALSE)
      gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
    GstCaps* caps = nullptr;
    gst_query_parse_allocation(query, &caps, nullptr);
    GstVideoInfo picture;
    if (caps != nullptr && gst_video_info_from_caps(&picture, caps) != FALSE) {
      const auto pool = make_decoder_pool();
      gst_query_add_allocation_pool(query, pool.get(), static_cast<guint>(picture.size), 0, 0);
    }
    return GST_PAD_PROBE_HANDLED;
  }
  static GstBusSyncReply message(GstBus*, GstMessage* message, gpointer data) {
    self(data).on_message(message);
    gst_message_unref(message);
    return GST_BUS_DROP;
  }
};

ItemPipeline::ItemPipeline(Clip clip, HouseFormat format, const Settings& settings)
    : clip_(std::move(clip)),
      format_(std::move(format)),
      prepare_timeout_ns_(settings.prepare_timeout_ns),
      pictures_(static_cast<std::size_t>(settings.look_ahead_frames)),
      samples_(format_.channels, sound_ahead) {
  if (clip_.out_ns) pictures_.limit(std::max<std::int64_t>(1, format_.nearest_frames(*clip_.out_ns - clip_.in_ns)));
}

ItemPipeline::~ItemPipeline() { close(); }

void ItemPipeline::prepare() {
  const std::lock_guard working(working_);
  try {
    if (cancelled_) return;
    build();
    preroll();
    note_origin();
    // A demuxer may land behind the in point when it only estimates positions; then it is asked for an earlier one.
    std::int64_t margin_ns = transport_stream_ ? 1'000 * millisecond_ns : 100 * millisecond_ns;
    if (clip_.in_ns > 0) seek(margin_ns);
    play();
    for (int left = 3; !wait_first_frame(left > 0); --left) {
      margin_ns *= 4;
      seek(margin_ns);
      play();
    }
    const std::lock_guard lock(mutex_);
    if (fault_.empty()) state_ = State::ready;
  } catch (const std::exception& failure) {
    fail(failure.what());
  }
}

void ItemPipeline::build() {
  std::error_code unused;
  if (!std::filesystem::is_regular_file(clip_.path, unused)) throw std::runtime_error("no such file: " + clip_.path);
  pipeline_.reset(gst_pipeline_new(nullptr));
  gst_object_ref_sink(pipeline_.get());
  gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), nullptr);
  GstElement* decode = gst_element_factory_make("uridecodebin", nullptr);
  if (decode == nullptr) throw std::runtime_error("the GStreamer element uridecodebin is missing");
  const Gst<gchar> uri(gst_filename_to_uri(clip_.path.c_str(), nullptr));
  if (!uri) throw std::runtime_error("not a usable path: " + clip_.path);
  GstCaps* raw = gst_caps_from_string("video/x-raw;audio/x-raw");
  g_object_set(decode, "uri", uri.get(), "caps", raw, nullptr);
  gst_caps_unref(raw);
  g_signal_connect(decode, "pad-added", G_CALLBACK(&Callbacks::pad_added), this);
  g_signal_connect(decode, "no-more-pads", G_CALLBACK(&Callbacks::no_more_pads), this);
  g_signal_connect(pipeline_.get(), "deep-element-added", G_CALLBACK(&Callbacks::element_added), this);
  gst_bin_add(GST_BIN(pipeline_.get()), decode);
  const Gst<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  gst_bus_set_sync_handler(bus.get(), &Callbacks::message, this, nullptr);
}

void ItemPipeline::link(GstPad* pad) {
  const Gst<GstCaps> caps(gst_pad_get_current_caps(pad));
  const std::string media = caps ? gst_structure_get_name(gst_caps_get_structure(caps.get(), 0)) : "";
  const bool picture = media == "video/x-raw";
  if (!picture && media != "audio/x-raw") return;
  GstElement*& slot = picture ? picture_sink_ : sound_sink_;
  {
    const std::lock_guard lock(mutex_);
    if (slot != nullptr) return;  // one picture and one sound: the first of each
  }
  const std::string description = picture ? picture_chain(pipeline_.get(), pad, format_) : sound_chain(format_);
  GError* error = nullptr;
  GstElement* chain = gst_parse_bin_from_description(description.c_str(), TRUE, &error);
  const Gst<GError> held(error);
  if (chain == nullptr) return fail(std::string("cannot build the item's chain: ") + error->message);
  const Gst<GstElement> sink(gst_bin_get_by_name(GST_BIN(chain), picture ? "pictures" : "sound"));
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = picture ? &Callbacks::new_picture : &Callbacks::new_sound;
  callbacks.eos = picture ? &Callbacks::pictures_end : &Callbacks::sound_end;
  gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, this, nullptr);
  if (picture) {
    const Gst<GstElement> deinterlace(gst_bin_get_by_name(GST_BIN(chain), "deinterlace"));
    const Gst<GstPad> before(gst_element_get_static_pad(deinterlace.get(), "src"));
    gst_pad_add_probe(before.get(), GST_PAD_PROBE_TYPE_BUFFER, &Callbacks::before_scaling, this, nullptr);
    const Gst<GstPad> end(gst_element_get_static_pad(sink.get(), "sink"));
    gst_pad_add_probe(end.get(), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, &Callbacks::allocation, this, nullptr);
  }
  {
    const std::lock_guard lock(mutex_);
    slot = sink.get();
  }
  gst_bin_add(GST_BIN(pipeline_.get()), chain);
  const Gst<GstPad> entry(gst_element_get_static_pad(chain, "sink"));
  gst_element_sync_state_with_parent(chain);
  if (GST_PAD_LINK_FAILED(gst_pad_link(pad, entry.get()))) fail("cannot link the decoder's " + media);
}

void ItemPipeline::preroll() {
  gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
  wait_async("preroll");
}

void ItemPipeline::note_origin() {
  if (sound_sink_ == nullptr) samples_.end();
  if (picture_sink_ == nullptr) throw std::runtime_error("the file has no picture");
  const Gst<GstSample> first(
      gst_app_sink_try_pull_preroll(GST_APP_SINK(picture_sink_), static_cast<GstClockTime>(second_ns)));
  if (!first) throw std::runtime_error("no picture of the file can be decoded");
  const GstSegment* segment = gst_sample_get_segment(first.get());
  const auto origin = media_time(*segment, gst_sample_get_buffer(first.get()), time_base_);
  const auto stream = media_time(*segment, gst_sample_get_buffer(first.get()), TimeBase::stream);
  origin_ns_ = origin.value_or(0);
  origin_stream_ns_ = stream.value_or(0);
  GstVideoInfo info;
  if (gst_video_info_from_caps(&info, gst_sample_get_caps(first.get())) != FALSE && info.fps_n > 0)
    source_frame_ns_ = scale(second_ns, info.fps_d, info.fps_n);
}

void ItemPipeline::seek(std::int64_t margin_ns) {
  const std::int64_t from = std::max<std::int64_t>(0, clip_.in_ns + origin_stream_ns_ - margin_ns);
  armed_ = false;
  // A decoder that waits for room would never see the flush.
  pictures_.flush_start();
  samples_.flush_start();
  gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
  {
    const std::lock_guard lock(mutex_);
    async_done_ = false;
  }
  // The end is chosen by counting frames; a stop in the seek would only save what is decoded behind it.
  const bool stop = clip_.out_ns && !transport_stream_;
  const std::int64_t to = stop ? *clip_.out_ns + origin_stream_ns_ + 200 * millisecond_ns : -1;
  if (gst_element_seek(pipeline_.get(), 1.0, GST_FORMAT_TIME,
                       static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE), GST_SEEK_TYPE_SET, from,
                       stop ? GST_SEEK_TYPE_SET : GST_SEEK_TYPE_NONE, to) == FALSE)
    throw std::runtime_error("the file cannot be positioned to the in point");
  wait_async("seek to the in point");
  pictures_.flush_stop();
  samples_.flush_stop();
  last_index_ = INT64_MIN;
  picture_end_ns_ = 0;
  // An end that came with the flush was thrown away with all else.
  if (gst_app_sink_is_eos(GST_APP_SINK(picture_sink_)) != FALSE) picture_ended();
  if (sound_sink_ == nullptr || gst_app_sink_is_eos(GST_APP_SINK(sound_sink_)) != FALSE) samples_.end();
}

void ItemPipeline::play() {
  armed_ = true;
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

void ItemPipeline::close() {
  cancel();
  const std::lock_guard working(working_);
  if (!pipeline_) return;
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  const Gst<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  gst_bus_set_sync_handler(bus.get(), nullptr, nullptr, nullptr);
  pipeline_.reset();
}

}  // namespace wyvern::feeder
