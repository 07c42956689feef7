// What a file's own structure says about its length, read without decoding: a file that was cut off still opens when
// its index comes first, and would break on air.
#pragma once

#include <optional>
#include <string>

namespace wyvern::feeder {

// A sentence when the file ends before its structure does; none when it is whole, or of a kind that cannot tell
// (transport streams have no end).
std::optional<std::string> cut_off(const std::string& path);

}  // namespace wyvern::feeder
