// A playlist as it comes from the controller (abi/engine.h has the JSON).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "house_format.hpp"

namespace wyvern::feeder {

using Json = nlohmann::json;

// A part of a media file.
struct Clip {
  std::string path;
  std::int64_t in_ns = 0;
  std::optional<std::int64_t> out_ns;  // none: to the end of the picture
};

struct Item {
  std::string id;
  std::string asset_id;
  std::string clip_name;
  Clip clip;
  std::optional<std::int64_t> clip_duration_ns;  // of the whole clip, from probing
  bool mix = false;                              // how it comes in
  std::int64_t transition_ns = 0;

  // As far as it is known before the clip has been decoded to its end.
  std::optional<std::int64_t> planned_frames(const HouseFormat& format) const;
  // The same material, so that a prepared source may serve both.
  bool same_material(const Item& other) const;
};

struct Playlist {
  std::string id;
  std::string load_id;
  bool loop = false;
  std::vector<Item> items;
  std::size_t start_index = 0;
  std::int64_t start_offset_ns = 0;
};

// Throws wyvern::Failure naming the field.
Playlist parse_playlist(const Json& json);
HouseFormat parse_format(const Json& channel);

}  // namespace wyvern::feeder
