// The status line and the headers of an answer.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "wyvern/abi/host.h"

namespace wyvern::http {

inline constexpr std::uint64_t unknown_length = std::numeric_limits<std::uint64_t>::max();

struct ResponseHead {
  int status = 200;
  std::string_view content_type;
  std::uint64_t length = unknown_length;
  const wyv_field* headers = nullptr;  // further ones, from the operation
  std::uint32_t header_count = 0;
  std::string_view request_id;
  std::string_view allow;
  std::string_view cross_origin;  // header lines, as CrossOrigin makes them
  bool varies_by_encoding = false;
  bool varies_by_origin = false;
  bool gzip = false;
  bool chunked = false;
  bool close = false;
  bool keep_alive_1_0 = false;  // an HTTP/1.0 reader must be told that the connection stays
};

// Headers that belong to the connection, or that would break the framing, are left out.
void append_head(std::string& to, const ResponseHead& head);

// What marks the entity tag of a compressed answer: "1-ab" becomes "1-ab-gzip".
inline constexpr std::string_view gzip_mark = "-gzip";

// 1xx, 204 and 304 have none.
bool has_body(int status);

}  // namespace wyvern::http
