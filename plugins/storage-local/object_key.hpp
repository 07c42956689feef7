// Which keys there may be, and how a key becomes a place below the root.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wyvern::local {

// Throws WYV_INVALID with "storage.bad_key". A key is UTF-8 of at most 1024 bytes: parts of at most 255 bytes between
// single slashes, none of them "." or "..", without control characters, and none that is a temporary's name.
void check_key(std::string_view key);

// True for a part that check_key lets pass; a listing leaves out all others.
bool good_part(std::string_view part);

// Names of files that are being written. They are never objects.
inline constexpr std::string_view kTemporaryPrefix = ".wyvern-writing-";

// "a/b/c.mov" is folder "a/b" and name "c.mov"; the folder of "c.mov" is ".".
std::pair<std::string, std::string> split_key(std::string_view key);

}  // namespace wyvern::local
