// The appsrcs at the head of an encoding pipeline: house pictures and house sound, stamped by the scheduler.
#pragma once

#include <string>

#include "item_chain.hpp"

namespace wyvern::feeder {

// As gst-launch text. Live, never blocking: the scheduler must not wait for anyone.
inline std::string house_sources(const HouseFormat& format, const char* chain, bool picture) {
  const std::string caps = picture ? house_picture_caps(format) + ",framerate=" + std::to_string(format.rate_num) +
                                         "/" + std::to_string(format.rate_den)
                                   : house_sound_caps(format);
  return std::string("appsrc name=") + (picture ? "pictures" : "sound") +
         " is-live=true format=time block=false do-timestamp=false max-buffers=0 max-bytes=0 max-time=0 caps=\"" +
         caps + "\" ! " + chain;
}

}  // namespace wyvern::feeder
