// A reader of MPEG transport streams that trusts nothing but the bytes: the stamps are those of the stream, not those
// that a demuxer made of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wyvern::media {

struct AccessUnit {
  std::int64_t stamp = -1;  // in 1/90000 s; -1 for none
  std::vector<std::uint8_t> bytes;
};

struct TransportStream {
  std::vector<AccessUnit> picture;   // H.264, one picture each
  std::vector<AccessUnit> sound;     // AAC in ADTS
  std::int64_t discontinuities = 0;  // of the packets' counters: bytes were lost on the way
};

TransportStream read_transport_stream(const std::string& path);

}  // namespace wyvern::media
