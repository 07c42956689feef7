// What the caps inside a running decoder say about a file, in the terms of abi/engine.h.
#pragma once

#include <gst/gst.h>

#include <nlohmann/json.hpp>

namespace wyvern::feeder {

// Of a prerolled pipeline: container, codecs, and the channels and rate of the first sound.
nlohmann::json stream_facts(GstElement* pipeline);
// Of the decoded picture.
nlohmann::json picture_facts(GstCaps* caps);

}  // namespace wyvern::feeder
