// What a plugin's entry says of itself, compared with its manifest.
#pragma once

#include <nlohmann/json.hpp>

#include "wyvern/abi/plugin.h"
#include "wyvern/result.hpp"

namespace wyvern::host {

using Json = nlohmann::json;

// Names the first field that differs: magic, struct_size, abi_major, abi_minor, id, version, kinds, or a null function.
Result<void> check_descriptor(const wyv_plugin* descriptor, const Json& manifest);

}  // namespace wyvern::host
