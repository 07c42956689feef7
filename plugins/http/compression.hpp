// gzip for answers that are worth it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wyvern::http {

// Below this an answer fits into a packet either way.
inline constexpr std::size_t least_compressed_bytes = 1400;

// Whether Accept-Encoding prefers gzip to the answer as it is (RFC 9110, 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);
// JSON and text; what is compressed already gains nothing.
bool compressible(std::string_view content_type);
std::string gzip(std::string_view bytes);

}  // namespace wyvern::http
