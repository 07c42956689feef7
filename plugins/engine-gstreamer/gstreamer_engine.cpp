#include "gstreamer_engine.hpp"

#include <malloc.h>

#include "probe.hpp"

namespace wyvern::feeder {

GStreamerEngine::GStreamerEngine(wyvern::Host host, std::string name, wyvern::Json config)
    : host_(host), name_(std::move(name)), settings_(parse_settings(config)) {}

void GStreamerEngine::start(const wyvern::Context&) {
  mallopt(M_ARENA_MAX, 2);
  GError* error = nullptr;
  if (gst_init_check(nullptr, nullptr, &error) == FALSE) {
    const Gst<GError> held(error);
    throw Failure(WYV_UNAVAILABLE, "engine.gstreamer", "GStreamer cannot be started", error ? error->message : "");
  }
  std::string missing;
  for (const char* element : {"uridecodebin", "deinterlace", "videoconvertscale", "audioresample", "appsrc", "appsink",
                              "x264enc", "h264parse", "avenc_aac", "aacparse", "mpegtsmux", "avdec_h264"}) {
    GstElementFactory* factory = gst_element_factory_find(element);
    if (factory == nullptr) missing += std::string(missing.empty() ? "" : ", ") + element;
    if (factory != nullptr) gst_object_unref(factory);
  }
  if (!missing.empty())
    throw Failure(WYV_UNAVAILABLE, "engine.elements",
                  "GStreamer lacks the elements " + missing +
                      "; install gstreamer1.0-plugins-base, -good, -bad, -ugly and gstreamer1.0-libav");
}

void GStreamerEngine::stop(const wyvern::Context&) {
  std::shared_ptr<Channel> channel;
  {
    const std::lock_guard lock(mutex_);
    channel = std::move(channel_);
  }
  if (channel) channel->stop();
}

wyvern::Json GStreamerEngine::probe(const std::string& path, const wyvern::Context& context) {
  return probe_media(path, context);
}

void GStreamerEngine::configure(const wyvern::Json& description, Emit emit) {
  auto made =
      std::make_shared<Channel>(description, settings_, [this, emit = std::move(emit)](const wyvern::Json& event) {
        const auto type = event.value("type", "");
        if (type == "step_down" || type == "item_discarded" || type == "overload" ||
            (type == "output_changed" && event.value("state", "") == "failed"))
          host_.warn("engine: " + type, event);
        emit(event);
      });
  std::shared_ptr<Channel> old;
  {
    const std::lock_guard lock(mutex_);
    old = std::exchange(channel_, std::move(made));
  }
  if (old) old->stop();
}

std::shared_ptr<Channel> GStreamerEngine::channel() const {
  const std::lock_guard lock(mutex_);
  if (!channel_) throw Failure(WYV_WRONG_STATE, "engine.unconfigured", "the engine has not been configured");
  return channel_;
}

void GStreamerEngine::start_channel(const wyvern::Context&) { channel()->start(); }

void GStreamerEngine::stop_channel(const wyvern::Context&) {
  std::shared_ptr<Channel> channel;
  {
    const std::lock_guard lock(mutex_);
    channel = channel_;
  }
  if (channel) channel->stop();
}

void GStreamerEngine::load(const wyvern::Json& playlist) { channel()->load(playlist); }
void GStreamerEngine::update(const wyvern::Json& playlist) { channel()->update(playlist); }
void GStreamerEngine::pause() { channel()->pause(); }
void GStreamerEngine::resume() { channel()->resume(); }
void GStreamerEngine::skip() { channel()->skip(); }
void GStreamerEngine::stop_playback() { channel()->stop_playback(); }

wyvern::Json GStreamerEngine::status() { return channel()->status(); }

}  // namespace wyvern::feeder
