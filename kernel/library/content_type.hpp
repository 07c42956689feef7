// What a browser is told about an object, by its name.
#pragma once

#include <string_view>

namespace wyvern::library {

// Only types that a browser plays or saves: what it could run, such as a page, is application/octet-stream.
std::string_view content_type_of(std::string_view filename);

}  // namespace wyvern::library
