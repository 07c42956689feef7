#include "item_chain.hpp"

#include <gst/video/video.h>

#include "gst_pointers.hpp"

namespace wyvern::feeder {

namespace {

// "rotate-90", "flip-rotate-270"; empty for upright.
std::string orientation(GstPad* pad) {
  for (guint i = 0;; ++i) {
    const Gst<GstEvent> event(gst_pad_get_sticky_event(pad, GST_EVENT_TAG, i));
    if (!event) return {};
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event.get(), &tags);
    gchar* value = nullptr;
    if (gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &value) == FALSE) continue;
    const Gst<gchar> held(value);
    if (std::string(value) != "rotate-0") return value;
  }
}

// The first that a decoder of pictures was told.
std::string orientation_in(GstElement* pipeline) {
  std::string found;
  GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(pipeline));
  GValue item = G_VALUE_INIT;
  for (;;) {
    const auto result = gst_iterator_next(elements, &item);
    if (result == GST_ITERATOR_RESYNC) gst_iterator_resync(elements);
    if (result == GST_ITERATOR_DONE || result == GST_ITERATOR_ERROR) break;
    if (result != GST_ITERATOR_OK) continue;
    auto* element = static_cast<GstElement*>(g_value_get_object(&item));
    GstElementFactory* factory = gst_element_get_factory(element);
    const Gst<GstPad> sink(gst_element_get_static_pad(element, "sink"));
    if (factory != nullptr && sink && found.empty() &&
        gst_element_factory_list_is_type(
            factory, GST_ELEMENT_FACTORY_TYPE_DECODER | GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO) != FALSE)
      found = orientation(sink.get());
    g_value_reset(&item);
  }
  g_value_unset(&item);
  gst_iterator_free(elements);
  return found;
}

std::string turn(const std::string& orientation) {
  const char* direction = orientation == "rotate-90"         ? "90r"
                          : orientation == "rotate-180"      ? "180"
                          : orientation == "rotate-270"      ? "90l"
                          : orientation == "flip-rotate-0"   ? "horiz"
                          : orientation == "flip-rotate-90"  ? "ul-lr"
                          : orientation == "flip-rotate-180" ? "vert"
                          : orientation == "flip-rotate-270" ? "ur-ll"
                                                             : nullptr;
  if (direction == nullptr) return {};
  return std::string("videoconvert ! videoflip video-direction=") + direction + " ! ";
}

bool fields_in(GstPad* pad) {
  const Gst<GstCaps> caps(gst_pad_get_current_caps(pad));
  GstVideoInfo info;
  return caps && gst_video_info_from_caps(&info, caps.get()) != FALSE && GST_VIDEO_INFO_IS_INTERLACED(&info) != FALSE;
}

}  // namespace

std::string house_picture_caps(const HouseFormat& format) {
  // Without a colorimetry, pictures of SD clips would be shown with the matrix of HD.
  return "video/x-raw,format=I420,width=" + std::to_string(format.width) + ",height=" + std::to_string(format.height) +
         ",pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=" + (format.height >= 720 ? "bt709" : "bt601");
}

std::string house_sound_caps(const HouseFormat& format) {
  static constexpr const char* masks[] = {"", "", "", "0x7", "0x33", "0x37", "0x3f", "0x13f", "0xc3f"};
  std::string caps =
      "audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=" + std::to_string(format.channels);
  if (format.channels > 2) caps += std::string(",channel-mask=(bitmask)") + masks[format.channels];
  return caps;
}

std::string picture_chain(GstElement* pipeline, GstPad* decoded, const HouseFormat& format) {
  // Both fields become pictures only where the house has a use for them.
  const bool both_fields = format.rate_num > 40 * format.rate_den;
  std::string chain;
  // The deinterlacer knows eight-bit formats; it lets others pass when they are progressive.
  if (fields_in(decoded)) chain += "videoconvert ! ";
  chain += std::string("deinterlace name=deinterlace mode=auto fields=") + (both_fields ? "all" : "top") + " ! ";
  chain += turn(orientation_in(pipeline));
  chain += "videoconvertscale add-borders=true ! " + house_picture_caps(format) +
           " ! appsink name=pictures sync=false max-buffers=1 enable-last-sample=false";
  return chain;
}

std::string sound_chain(const HouseFormat& format) {
  return "audioconvert ! audioresample ! " + house_sound_caps(format) +
         " ! appsink name=sound sync=false max-buffers=1 enable-last-sample=false";
}

}  // namespace wyvern::feeder
