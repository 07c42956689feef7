// One line of the spool:
//   {"crc":"1a2b3c4d","number":17,"run":3,"epoch":2,"event":{…}}
// The checksum (CRC-32C) covers every byte after its comma, to the newline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wyvern::worker {

struct RecordHead {
  std::uint64_t number = 0;
  std::uint64_t run = 0;
  std::int64_t epoch = 0;
};

// `rest` is a JSON object. Returns it with its checksum as first member, and a newline.
std::string sealed(std::string_view object);
// Whether `line`, without its newline, is whole.
bool is_whole(std::string_view line);

std::string record_line(const RecordHead& head, std::string_view event_json);
// Nothing for a line that is whole but no record, such as the file's head.
std::optional<RecordHead> read_head(std::string_view whole_line);

}  // namespace wyvern::worker
