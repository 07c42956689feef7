// What the caps inside a running decoder say about a file, in the terms of abi/engine.h.
#pragma once

#include <gst/gst.h>

#include <nlohmann/json.hpp>

namespace wyvern::feeder {

// Of a prerolled pipeline: container and codecs.
nlohmann::json stream_facts(GstElement* pipeline);
// Of the decoded picture, and of the decoded sound; the caps may be null.
nlohmann::json picture_facts(GstCaps* caps);
nlohmann::json sound_facts(GstCaps* caps);

}  // namespace wyvern::feeder
