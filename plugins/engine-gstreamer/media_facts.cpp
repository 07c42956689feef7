#include "media_facts.hpp"

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include <cstring>
#include <map>
#include <string>

#include "gst_pointers.hpp"

namespace wyvern::feeder {

namespace {

using Json = nlohmann::json;

std::string short_name(GstCaps* caps) {
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  const std::string media = gst_structure_get_name(fields);
  int version = 0;
  int layer = 0;
  gst_structure_get_int(fields, "mpegversion", &version);
  gst_structure_get_int(fields, "layer", &layer);
  if (media == "video/mpeg") return version == 4 ? "mpeg4" : "mpeg" + std::to_string(version) + "video";
  if (media == "audio/mpeg") return version == 1 ? "mp" + std::to_string(layer) : "aac";
  static const std::map<std::string, std::string> named{{"video/quicktime", "mp4"},       {"video/x-h265", "hevc"},
                                                        {"video/x-matroska", "matroska"}, {"video/x-msvideo", "avi"},
                                                        {"video/mpegts", "mpegts"},       {"application/mxf", "mxf"},
                                                        {"image/jpeg", "mjpeg"}};
  if (const auto found = named.find(media); found != named.end()) return found->second;
  const auto slash = media.find('/');
  const std::string rest = media.substr(slash + 1);
  return rest.rfind("x-", 0) == 0 ? rest.substr(2) : rest;
}

void read_element(GstElement* element, Json& facts) {
  GstElementFactory* factory = gst_element_get_factory(element);
  // A demuxer that pulls its bytes is told no caps; the element before it knows them.
  if (factory != nullptr && std::strcmp(GST_OBJECT_NAME(factory), "typefind") == 0) {
    GstCaps* found = nullptr;
    g_object_get(element, "caps", &found, nullptr);
    const Gst<GstCaps> held(found);
    if (found != nullptr && facts["container"].is_null()) facts["container"] = short_name(found);
  }
  const Gst<GstPad> sink(gst_element_get_static_pad(element, "sink"));
  const Gst<GstCaps> caps(sink ? gst_pad_get_current_caps(sink.get()) : nullptr);
  if (factory == nullptr || !caps) return;
  const std::string kind = gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS);
  const auto is = [&](const char* word) { return kind.find(word) != std::string::npos; };
  const auto note = [&](const char* field) {
    if (facts[field].is_null()) facts[field] = short_name(caps.get());
  };
  if (is("Decoder") && is("Video")) note("video_codec");
  if (is("Decoder") && is("Image")) note("video_codec");
  if (is("Decoder") && is("Audio")) note("audio_codec");
}

}  // namespace

Json stream_facts(GstElement* pipeline) {
  Json facts{{"container", nullptr}, {"video_codec", nullptr}, {"audio_codec", nullptr}};
  GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(pipeline));
  GValue item = G_VALUE_INIT;
  for (;;) {
    const auto result = gst_iterator_next(elements, &item);
    if (result == GST_ITERATOR_RESYNC) gst_iterator_resync(elements);
    if (result == GST_ITERATOR_DONE || result == GST_ITERATOR_ERROR) break;
    if (result != GST_ITERATOR_OK) continue;
    read_element(static_cast<GstElement*>(g_value_get_object(&item)), facts);
    g_value_reset(&item);
  }
  g_value_unset(&item);
  gst_iterator_free(elements);
  return facts;
}

Json sound_facts(GstCaps* caps) {
  Json facts{{"audio_channels", nullptr}, {"audio_rate", nullptr}};
  GstAudioInfo info;
  if (caps == nullptr || gst_audio_info_from_caps(&info, caps) == FALSE) return facts;
  facts["audio_channels"] = GST_AUDIO_INFO_CHANNELS(&info);
  facts["audio_rate"] = GST_AUDIO_INFO_RATE(&info);
  return facts;
}

Json picture_facts(GstCaps* caps) {
  Json facts{{"width", nullptr},    {"height", nullptr}, {"framerate", nullptr},   {"rate_num", nullptr},
             {"rate_den", nullptr}, {"scan", nullptr},   {"pixel_aspect", nullptr}};
  GstVideoInfo info;
  if (caps == nullptr || gst_video_info_from_caps(&info, caps) == FALSE) return facts;
  facts["width"] = GST_VIDEO_INFO_WIDTH(&info);
  facts["height"] = GST_VIDEO_INFO_HEIGHT(&info);
  facts["pixel_aspect"] = {GST_VIDEO_INFO_PAR_N(&info), GST_VIDEO_INFO_PAR_D(&info)};
  const auto mode = GST_VIDEO_INFO_INTERLACE_MODE(&info);
  facts["scan"] = mode == GST_VIDEO_INTERLACE_MODE_PROGRESSIVE ? "progressive"
                  : mode == GST_VIDEO_INTERLACE_MODE_MIXED     ? "mixed"
                                                               : "interlaced";
  if (GST_VIDEO_INFO_FPS_N(&info) > 0) {  // 0: the rate varies
    facts["rate_num"] = GST_VIDEO_INFO_FPS_N(&info);
    facts["rate_den"] = GST_VIDEO_INFO_FPS_D(&info);
    facts["framerate"] = static_cast<double>(GST_VIDEO_INFO_FPS_N(&info)) / GST_VIDEO_INFO_FPS_D(&info);
  }
  return facts;
}

}  // namespace wyvern::feeder
