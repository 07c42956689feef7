#include "file_structure.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace wyvern::feeder {

namespace {

using Head = std::array<unsigned char, 16>;

std::uint64_t big_endian(const unsigned char* bytes, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

bool read_at(std::ifstream& file, std::uint64_t offset, Head& head) {
  head.fill(0);
  file.clear();
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(head.data()), head.size());
  return file.gcount() >= 8;
}

std::string sentence(std::uint64_t claimed, std::uint64_t size) {
  return "the file is cut off: it should have at least " + std::to_string(claimed) + " bytes and has " +
         std::to_string(size);
}

// ISO base media (mp4, mov): boxes, one after the other, each with its size.
std::optional<std::string> boxes(std::ifstream& file, std::uint64_t size) {
  Head head;
  std::uint64_t offset = 0;
  bool index = false;
  while (offset < size) {
    if (!read_at(file, offset, head)) return sentence(offset + 8, size);
    std::uint64_t length = big_endian(head.data(), 4);
    const std::string_view type(reinterpret_cast<const char*>(head.data()) + 4, 4);
    index = index || type == "moov";
    if (length == 0) return std::nullopt;  // to the end of the file, whatever that is
    if (length == 1) length = big_endian(head.data() + 8, 8);
    if (length < 8) return std::nullopt;  // not a box: padding behind the last one
    if (offset + length > size) return sentence(offset + length, size);
    offset += length;
  }
  if (!index) return "the file is cut off: its index (moov) is missing";
  return std::nullopt;
}

std::optional<std::uint64_t> ebml_number(const unsigned char* bytes, int& length) {
  length = 1;
  while (length <= 8 && (bytes[0] & (0x80 >> (length - 1))) == 0) ++length;
  if (length > 8) return std::nullopt;
  std::uint64_t value = bytes[0] & (0xffU >> length);
  bool unknown = value == (0xffU >> length);
  for (int i = 1; i < length; ++i) {
    value = value << 8 | bytes[i];
    unknown = unknown && bytes[i] == 0xff;
  }
  if (unknown) return std::nullopt;
  return value;
}

// Matroska: a head, then one segment that says its size unless it was written live.
std::optional<std::string> segment(std::ifstream& file, std::uint64_t size) {
  Head head;
  if (!read_at(file, 0, head)) return std::nullopt;
  int length = 0;
  const auto ebml = ebml_number(head.data() + 4, length);
  if (!ebml) return std::nullopt;
  const std::uint64_t at = 4 + static_cast<std::uint64_t>(length) + *ebml;
  if (!read_at(file, at, head) || big_endian(head.data(), 4) != 0x18538067) return std::nullopt;
  const auto body = ebml_number(head.data() + 4, length);
  if (!body) return std::nullopt;
  const std::uint64_t end = at + 4 + static_cast<std::uint64_t>(length) + *body;
  if (end > size) return sentence(end, size);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> cut_off(const std::string& path) {
  std::error_code failed;
  const std::uint64_t size = std::filesystem::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  Head head;
  if (failed || !file || size < 16 || !read_at(file, 0, head)) return std::nullopt;
  const std::string_view type(reinterpret_cast<const char*>(head.data()) + 4, 4);
  if (type == "ftyp" || type == "moov" || type == "mdat" || type == "wide" || type == "free") return boxes(file, size);
  if (big_endian(head.data(), 4) == 0x1a45dfa3) return segment(file, size);
  if (big_endian(head.data(), 4) == 0x52494646) {  // RIFF: AVI; its size is little-endian
    const std::uint64_t end = 8 + (head[4] | head[5] << 8 | head[6] << 16 | static_cast<std::uint64_t>(head[7]) << 24);
    if (end > size + 1) return sentence(end, size);
  }
  return std::nullopt;
}

}  // namespace wyvern::feeder
