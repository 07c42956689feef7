#include "worker/spool_record.hpp"

#include <array>
#include <boost/crc.hpp>
#include <charconv>
#include <cstdio>

namespace wyvern::worker {
namespace {

constexpr std::string_view opening = "{\"crc\":\"";
constexpr std::size_t digits = 8;
constexpr std::string_view closing = "\",";
constexpr std::size_t covered_from = opening.size() + digits + closing.size();

std::array<char, digits + 1> checksum(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  std::array<char, digits + 1> text{};
  std::snprintf(text.data(), text.size(), "%08x", static_cast<unsigned>(crc.checksum()));
  return text;
}

// The number after `name`, which `text` must begin with; moves on behind it.
template <class Integer>
bool take(std::string_view& text, std::string_view name, Integer& value) {
  if (!text.starts_with(name)) return false;
  text.remove_prefix(name.size());
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::string sealed(std::string_view object) {
  object.remove_prefix(1);
  std::string line(opening);
  line.reserve(covered_from + object.size() + 1);
  line.append(checksum(object).data(), digits).append(closing).append(object).push_back('\n');
  return line;
}

bool is_whole(std::string_view line) {
  if (line.size() <= covered_from || !line.starts_with(opening)) return false;
  return line.substr(opening.size(), digits) == std::string_view(checksum(line.substr(covered_from)).data(), digits);
}

std::string record_line(const RecordHead& head, std::string_view event_json) {
  std::string object = "{\"number\":" + std::to_string(head.number) + ",\"run\":" + std::to_string(head.run) +
                       ",\"epoch\":" + std::to_string(head.epoch) + ",\"event\":";
  object.append(event_json).push_back('}');
  return sealed(object);
}

std::optional<RecordHead> read_head(std::string_view whole_line) {
  std::string_view rest = whole_line.substr(covered_from);
  RecordHead head;
  if (!take(rest, "\"number\":", head.number) || !take(rest, ",\"run\":", head.run) ||
      !take(rest, ",\"epoch\":", head.epoch)) {
    return std::nullopt;
  }
  return head;
}

}  // namespace wyvern::worker
