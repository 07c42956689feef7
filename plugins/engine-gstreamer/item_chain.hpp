// The elements between a decoder and the item's queues, chosen by what the decoder says about its stream.
#pragma once

#include <gst/gst.h>

#include <string>

#include "house_format.hpp"

namespace wyvern::feeder {

// The caps of a house picture, without its rate: an item keeps its own until the scheduler picks.
std::string house_picture_caps(const HouseFormat& format);
std::string house_sound_caps(const HouseFormat& format);

// For gst_parse_bin_from_description: pictures end in an appsink "pictures", sound in an appsink "sound".
// `pipeline` is searched for the decoder, which knows how the picture was turned before it says so behind it.
std::string picture_chain(GstElement* pipeline, GstPad* decoded, const HouseFormat& format);
std::string sound_chain(const HouseFormat& format);

}  // namespace wyvern::feeder
