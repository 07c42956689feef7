#include "transport_stream.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

namespace wyvern::media {

namespace {

constexpr std::size_t packet_size = 188;

struct Stream {
  std::vector<AccessUnit>* units = nullptr;
  int counter = -1;
};

// The payload of a PES packet begins behind its header, which may carry a stamp.
AccessUnit open_unit(const std::uint8_t* pes, std::size_t size) {
  AccessUnit unit;
  if (size < 9 || pes[0] != 0 || pes[1] != 0 || pes[2] != 1) return unit;
  const std::size_t header = 9 + pes[8];
  if ((pes[7] & 0x80) != 0 && size >= 14) {
    unit.stamp = (static_cast<std::int64_t>(pes[9] >> 1 & 7) << 30) | (pes[10] << 22) | ((pes[11] >> 1) << 15) |
                 (pes[12] << 7) | (pes[13] >> 1);
  }
  if (size > header) unit.bytes.assign(pes + header, pes + size);
  return unit;
}

}  // namespace

TransportStream read_transport_stream(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  const std::vector<std::uint8_t> data{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  TransportStream result;
  std::map<int, Stream> streams;
  int map_pid = -1;
  for (std::size_t at = 0; at + packet_size <= data.size(); at += packet_size) {
    while (at + packet_size <= data.size() && data[at] != 0x47) ++at;
    if (at + packet_size > data.size()) break;
    const std::uint8_t* packet = data.data() + at;
    const int pid = (packet[1] & 0x1f) << 8 | packet[2];
    const bool begins = (packet[1] & 0x40) != 0;
    std::size_t head = 4;
    if ((packet[3] & 0x20) != 0) head += 1U + packet[4];
    if ((packet[3] & 0x10) == 0 || head >= packet_size) continue;
    const std::uint8_t* body = packet + head;
    const std::size_t size = packet_size - head;
    if (pid == 0 && begins) {
      const std::uint8_t* section = body + 1 + body[0];
      map_pid = (section[10] & 0x1f) << 8 | section[11];
    } else if (pid == map_pid && begins) {
      const std::uint8_t* section = body + 1 + body[0];
      const int length = (section[1] & 0x0f) << 8 | section[2];
      int entry = 12 + ((section[10] & 0x0f) << 8 | section[11]);
      for (; entry + 5 <= length - 1 && section + entry + 5 <= packet + packet_size;
           entry += 5 + ((section[entry + 3] & 0x0f) << 8 | section[entry + 4])) {
        const int stream_pid = (section[entry + 1] & 0x1f) << 8 | section[entry + 2];
        if (section[entry] == 0x1b) streams[stream_pid].units = &result.picture;
        if (section[entry] == 0x0f) streams[stream_pid].units = &result.sound;
      }
    } else if (const auto found = streams.find(pid); found != streams.end() && found->second.units != nullptr) {
      Stream& stream = found->second;
      const int counter = packet[3] & 0x0f;
      if (stream.counter >= 0 && counter != (stream.counter + 1) % 16) ++result.discontinuities;
      stream.counter = counter;
      if (begins) {
        stream.units->push_back(open_unit(body, size));
      } else if (!stream.units->empty()) {
        auto& bytes = stream.units->back().bytes;
        bytes.insert(bytes.end(), body, body + size);
      }
    }
  }
  return result;
}

}  // namespace wyvern::media
