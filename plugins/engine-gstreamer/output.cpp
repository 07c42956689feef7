#include "output.hpp"

#include <gst/base/gstbasesink.h>

#include <algorithm>
#include <chrono>

#include "gst_properties.hpp"
#include "transport_stream.hpp"
#include "wyvern/result.hpp"

namespace wyvern::feeder {

namespace {

constexpr auto glance = std::chrono::milliseconds(100);
constexpr std::chrono::milliseconds first_pause(250);
constexpr std::chrono::milliseconds longest_pause(10'000);

std::int64_t monotonic_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// As buffers that fit a datagram each, with the same bytes.
Gst<GstBufferList> datagrams(GstBuffer* muxed) {
  const gsize size = gst_buffer_get_size(muxed);
  Gst<GstBufferList> list(gst_buffer_list_new_sized(static_cast<guint>(size / TransportStream::datagram) + 1));
  for (gsize at = 0; at < size; at += TransportStream::datagram)
    gst_buffer_list_add(list.get(), gst_buffer_copy_region(muxed, GST_BUFFER_COPY_MEMORY, at,
                                                           std::min<gsize>(TransportStream::datagram, size - at)));
  return list;
}

GstPadProbeReturn count_bytes(GstPad*, GstPadProbeInfo* info, gpointer counter) {
  auto& bytes = *static_cast<std::atomic<std::int64_t>*>(counter);
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0)
    bytes += static_cast<std::int64_t>(gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info)));
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0)
    bytes += static_cast<std::int64_t>(gst_buffer_list_calculate_size(GST_PAD_PROBE_INFO_BUFFER_LIST(info)));
  return GST_PAD_PROBE_OK;
}

}  // namespace

Output::Output(std::string id, Json rendered, const Settings& settings, Changed changed)
    : id_(std::move(id)),
      rendered_(std::move(rendered)),
      settings_(settings),
      changed_(std::move(changed)),
      room_bytes_(std::max<guint64>(512 * 1024, static_cast<guint64>(settings.video_bitrate_kbps) * 1000 / 8 * 2)),
      watch_(settings.output_stall_ns) {
  takes_ = rendered_.value("takes", "");
  if (takes_ != "mpegts" && takes_ != "flv")
    throw Failure(WYV_UNSUPPORTED, "engine.output",
                  "output '" + id_ + "' takes '" + takes_ + "'; this engine gives mpegts and flv");
  in_datagrams_ = takes_ == "mpegts" && rendered_.value("splits", Json()) != true;
  const auto elements = rendered_.find("elements");
  if (elements == rendered_.end() || !elements->is_array() || elements->empty())
    throw Failure(WYV_INVALID, "engine.output", "output '" + id_ + "' was rendered without elements");
}

Output::~Output() { stop(); }

std::optional<int> Output::video_bitrate_kbps() const {
  const auto encoder = rendered_.find("encoder");
  if (encoder == rendered_.end() || !encoder->is_object() || !encoder->contains("video_bitrate_kbps")) return {};
  return encoder->at("video_bitrate_kbps").get<int>();
}

void Output::start(GstClockTime base_time) {
  base_time_ = base_time;
  stopping_ = false;
  thread_ = std::thread([this] { run(); });
}

void Output::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Output::deliver(GstSample* muxed) {
  ++delivered_;
  const std::lock_guard lock(feeding_);
  if (!source_) return;
  // The leaky queue: two seconds of the stream. Its leak is here and not appsrc's own: that one (1.22.0) reads a list
  // after giving it away when it marks the one behind a gap.
  if (gst_app_src_get_current_level_bytes(GST_APP_SRC(source_.get())) > room_bytes_) return;
  GstCaps* caps = gst_sample_get_caps(muxed);
  if (caps != nullptr && (!caps_ || caps_.get() != caps)) {
    caps_.reset(gst_caps_ref(caps));
    gst_app_src_set_caps(GST_APP_SRC(source_.get()), caps);
  }
  GstBuffer* buffer = gst_sample_get_buffer(muxed);
  // Each output has a list of its own: appsrc (1.22.0) makes a shared one writable, which gives it away, and then reads
  // it once more.
  if (in_datagrams_)
    (void)gst_app_src_push_buffer_list(GST_APP_SRC(source_.get()), datagrams(buffer).release());
  else
    (void)gst_app_src_push_buffer(GST_APP_SRC(source_.get()), gst_buffer_ref(buffer));
}

void Output::run() {
  auto pause = first_pause;
  for (;;) {
    const auto begun = std::chrono::steady_clock::now();
    const bool again = live_through();
    tear_down();
    if (!again) return;
    if (std::chrono::steady_clock::now() - begun > longest_pause) pause = first_pause;
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, pause, [&] { return stopping_; })) return;
    pause = std::min(longest_pause, pause * 2);
    ++restarts_;
  }
}

bool Output::live_through() {
  try {
    build();
  } catch (const std::exception& failure) {
    settle(OutputState::failed, without_secrets(failure.what()));
    return true;
  }
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, glance, [&] { return stopping_; })) return false;
    }
    if (const std::string reason = fault(); !reason.empty()) {
      settle(OutputState::failed, without_secrets(reason));
      return true;
    }
    look();
    const std::lock_guard lock(mutex_);
    if (!watch_.stalled()) continue;
    last_error_ = "its client takes nothing any more";
    break;
  }
  settle(OutputState::failed, "its client takes nothing any more");
  return true;
}

void Output::build() {
  pipeline_.reset(gst_pipeline_new(nullptr));
  gst_object_ref_sink(pipeline_.get());
  GstBin* bin = GST_BIN(pipeline_.get());
  GstElement* source = gst_element_factory_make("appsrc", nullptr);
  g_object_set(source, "is-live", TRUE, "format", GST_FORMAT_TIME, "block", FALSE, "do-timestamp", FALSE, "max-bytes",
               guint64{0}, "max-buffers", guint64{0}, "max-time", guint64{0}, nullptr);
  gst_bin_add(bin, source);
  const auto watch = rendered_.value("watch", Json::object());
  const std::size_t watched = watch.value("element", std::size_t{0});
  GstElement* previous = source;
  watched_ = nullptr;
  std::size_t index = 0;
  for (const auto& described : rendered_.at("elements")) {
    const auto factory = described.at("factory").get<std::string>();
    GstElement* element = gst_element_factory_make(factory.c_str(), nullptr);
    if (element == nullptr) throw Failure(WYV_UNAVAILABLE, "engine.output", "there is no GStreamer element " + factory);
    gst_bin_add(bin, element);
    if (GST_IS_BASE_SINK(element)) g_object_set(element, "sync", FALSE, "async", FALSE, nullptr);
    const auto properties = described.value("properties", Json::object());
    for (const auto& [name, value] : properties.items()) set_property(element, name, value);
    if (gst_element_link(previous, element) == FALSE)
      throw Failure(WYV_INVALID, "engine.output", "the element " + factory + " does not take what comes before it");
    if (index++ == watched) watched_ = element;
    previous = element;
  }
  if (watched_ == nullptr) watched_ = previous;
  taken_bytes_ = 0;
  if (const Gst<GstPad> end{gst_element_get_static_pad(previous, "sink")})
    gst_pad_add_probe(end.get(),
                      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
                      &count_bytes, &taken_bytes_, nullptr);

  const Gst<GstClock> clock(gst_system_clock_obtain());
  gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), clock.get());
  gst_element_set_start_time(pipeline_.get(), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline_.get(), base_time_);
  {
    const std::lock_guard lock(mutex_);
    watch_.restarted(monotonic_ns());
  }
  const bool played = gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
  if (const std::string reason = fault(); !reason.empty()) throw Failure(WYV_UNAVAILABLE, "engine.output", reason);
  if (!played) throw Failure(WYV_UNAVAILABLE, "engine.output", "the output cannot be opened");
  const std::lock_guard lock(feeding_);
  caps_.reset();
  source_.reset(GST_ELEMENT(gst_object_ref(source)));
}

void Output::tear_down() {
  {
    const std::lock_guard lock(feeding_);
    source_.reset();
    caps_.reset();
  }
  if (!pipeline_) return;
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  pipeline_.reset();
  watched_ = nullptr;
}

std::string Output::fault() {
  const Gst<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  std::string reason;
  while (GstMessage* raw = gst_bus_pop(bus.get())) {
    const Gst<GstMessage> message(raw);
    if (GST_MESSAGE_TYPE(raw) == GST_MESSAGE_EOS && reason.empty()) reason = "the stream was ended";
    if (GST_MESSAGE_TYPE(raw) != GST_MESSAGE_ERROR) continue;
    GError* error = nullptr;
    gchar* detail = nullptr;
    gst_message_parse_error(raw, &error, &detail);
    const Gst<GError> held(error);
    const Gst<gchar> held_detail(detail);
    if (!reason.empty()) continue;
    reason = error->message;
    // The detail's last line says what happened; the lines before it name source files.
    if (const std::string lines = detail == nullptr ? "" : detail; lines.rfind('\n') != std::string::npos)
      reason += " (" + lines.substr(lines.rfind('\n') + 1) + ")";
  }
  return reason;
}

void Output::look() {
  const auto watch = rendered_.value("watch", Json::object());
  OutputWatch::Reading reading;
  reading.bytes = taken_bytes_;
  reading.delivered = delivered_;
  if (const auto path = watch.value("bytes", ""); !path.empty())
    reading.bytes = read_number(watched_, path).value_or(0);
  if (const auto path = watch.value("clients", ""); !path.empty()) reading.clients = read_count(watched_, path);
  OutputState state;
  {
    const std::lock_guard lock(mutex_);
    watch_.observe(monotonic_ns(), reading);
    state = watch_.state();
  }
  settle(state, "");
}

void Output::settle(OutputState state, const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (!reason.empty()) last_error_ = reason;
    if (state_ == state) return;
    state_ = state;
  }
  changed_(id_, state, reason);
}

std::string Output::without_secrets(std::string text) const {
  const auto blot = [&text](const std::string& secret) {
    for (auto at = text.find(secret); !secret.empty() && at != std::string::npos; at = text.find(secret))
      text.replace(at, secret.size(), "***");
  };
  const auto secrets = rendered_.value("secrets", Json::array());
  for (const auto& element : rendered_.at("elements")) {
    const auto properties = element.value("properties", Json::object());
    for (const auto& name : secrets)
      if (const auto found = properties.find(name.get<std::string>()); found != properties.end() && found->is_string())
        blot(found->get<std::string>());
  }
  return text;
}

nlohmann::json Output::status() const {
  const std::lock_guard lock(mutex_);
  return {{"id", id_},
          {"state", name(state_)},
          {"bytes", watch_.bytes()},
          {"frames", frames_.load()},
          {"clients", watch_.clients()},
          {"restarts", restarts_},
          {"last_error", last_error_.empty() ? Json() : Json(last_error_)},
          {"address", rendered_.contains("address") ? rendered_.at("address") : Json()}};
}

}  // namespace wyvern::feeder
