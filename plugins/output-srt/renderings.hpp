// How each engine makes an SRT output.
#pragma once

#include "srt_settings.hpp"

namespace wyvern::srt {

// The shape of render("gstreamer") in abi/output.h.
Json for_gstreamer(const Settings& settings);

// {"arguments":["STREAM","srt://…","-format","mpegts",…],  what stands behind "ADD <channel>-<index>", one by one
//  "watch":{"osc":"file/frame"},                           alive while this OSC value of its port advances
//  "address":"srt://…","secrets":["arguments"]}            secrets is empty when the arguments may be logged
Json for_casparcg(const Settings& settings);

}  // namespace wyvern::srt
