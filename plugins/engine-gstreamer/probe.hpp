// Reads a media file as it would be played: the beginning and the end are decoded.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "wyvern/plugin.hpp"

namespace wyvern::feeder {

// The shape is in abi/engine.h. Throws wyvern::Failure with the codes that are named there.
nlohmann::json probe_media(const std::string& path, const Context& context);

}  // namespace wyvern::feeder
