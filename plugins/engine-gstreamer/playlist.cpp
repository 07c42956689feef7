#include "playlist.hpp"

#include <algorithm>
#include <cmath>

#include "wyvern/result.hpp"

namespace wyvern::feeder {

namespace {

[[noreturn]] void refuse(const std::string& message) { throw Failure(WYV_INVALID, "engine.json", message); }

std::string text_or_empty(const Json& json, const char* field) {
  const auto found = json.find(field);
  return found == json.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

std::optional<std::int64_t> scaled(const Json& json, const char* field, double unit_ns) {
  const auto found = json.find(field);
  if (found == json.end() || found->is_null()) return std::nullopt;
  if (!found->is_number() || found->get<double>() < 0) refuse(std::string(field) + " must be a number, not negative");
  return std::llround(found->get<double>() * unit_ns);
}

Item parse_item(const Json& json, std::size_t index) {
  Item item;
  item.id = text_or_empty(json, "id");
  item.asset_id = text_or_empty(json, "asset_id");
  item.clip_name = text_or_empty(json, "clip_name");
  item.clip.path = text_or_empty(json, "media_path");
  if (item.id.empty()) refuse("items[" + std::to_string(index) + "] has no id");
  item.clip.in_ns = scaled(json, "in_point", 1e9).value_or(0);
  item.clip.out_ns = scaled(json, "out_point", 1e9);
  if (item.clip.out_ns && *item.clip.out_ns <= item.clip.in_ns)
    refuse("items[" + std::to_string(index) + "]: out_point must be after in_point");
  item.clip_duration_ns = scaled(json, "duration_ms", 1e6);
  const std::string transition = text_or_empty(json, "transition");
  if (!transition.empty() && transition != "cut" && transition != "mix")
    refuse("items[" + std::to_string(index) + "]: transition must be cut or mix, not '" + transition + "'");
  item.mix = transition == "mix";
  item.transition_ns = scaled(json, "transition_ms", 1e6).value_or(0);
  return item;
}

}  // namespace

std::optional<std::int64_t> Item::planned_frames(const HouseFormat& format) const {
  auto end = clip_duration_ns;
  if (clip.out_ns) end = end ? std::min(*end, *clip.out_ns) : *clip.out_ns;
  if (!end || *end <= clip.in_ns) return std::nullopt;
  return std::max<std::int64_t>(1, format.nearest_frames(*end - clip.in_ns));
}

bool Item::same_material(const Item& other) const {
  return id == other.id && clip.path == other.clip.path && clip.in_ns == other.clip.in_ns &&
         clip.out_ns == other.clip.out_ns;
}

Playlist parse_playlist(const Json& json) {
  if (!json.is_object()) refuse("a playlist must be an object");
  Playlist list;
  list.id = text_or_empty(json, "playlist_id");
  list.load_id = text_or_empty(json, "load_id");
  list.loop = json.value("loop", false);
  const auto items = json.find("items");
  if (items == json.end() || !items->is_array() || items->empty()) refuse("a playlist needs items");
  for (const auto& item : *items) list.items.push_back(parse_item(item, list.items.size()));
  if (const auto start = json.find("start"); start != json.end() && start->is_object()) {
    list.start_index = start->value("index", std::size_t{0});
    list.start_offset_ns = scaled(*start, "offset_ms", 1e6).value_or(0);
    if (list.start_index >= list.items.size()) refuse("start.index is beyond the last item");
  }
  return list;
}

HouseFormat parse_format(const Json& channel) {
  HouseFormat format;
  const auto found = channel.find("format");
  if (found == channel.end() || !found->is_object()) refuse("the channel has no format");
  format.name = found->value("name", "");
  format.width = found->value("width", 0);
  format.height = found->value("height", 0);
  format.rate_num = found->value("rate_num", std::int64_t{0});
  format.rate_den = found->value("rate_den", std::int64_t{0});
  format.interlaced = found->value("interlaced", false);
  if (const auto audio = channel.find("audio"); audio != channel.end() && audio->is_object())
    format.channels = audio->value("channels", 2);
  if (format.width < 16 || format.height < 16 || format.width % 2 != 0 || format.height % 2 != 0)
    refuse("format.width and format.height must be even and at least 16");
  if (format.rate_num <= 0 || format.rate_den <= 0 || format.rate_num > 240 * format.rate_den)
    refuse("format.rate_num and format.rate_den must give a rate between 0 and 240");
  if (format.channels < 1 || format.channels > 8) refuse("audio.channels must be between 1 and 8");
  return format;
}

}  // namespace wyvern::feeder
