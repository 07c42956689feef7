#include "gstreamer_engine.hpp"

WYVERN_PLUGIN(wyvern::feeder::GStreamerEngine)
