#include "worker/on_air.hpp"

#include <algorithm>

namespace wyvern::worker {
namespace {

constexpr std::int64_t longest_us = 24LL * 3600 * 1'000'000;

bool same_airing(const Json& started, const Json& ended) {
  for (const char* name : {"item_id", "load_id", "loop_count"}) {
    if (started.value(name, Json()) != ended.value(name, Json())) return false;
  }
  return true;
}

Json to_json(const Moment& at) { return {{"wall_us", at.wall_us}, {"boot_ns", at.boot_ns}, {"boot_id", at.boot_id}}; }

Moment moment(const Json& json) {
  return {integer_of(json, "wall_us"), integer_of(json, "boot_ns"), json.value("boot_id", "")};
}

}  // namespace

std::string text_of(const Json& json, const char* name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t integer_of(const Json& json, const char* name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  return found != json.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

std::optional<std::int64_t> elapsed_us(const Moment& then, const Clock& clock) {
  const bool same_boot = !then.boot_id.empty() && then.boot_id == clock.boot_id();
  const std::int64_t us = same_boot ? (clock.boot_ns() - then.boot_ns) / 1000 : clock.wall_us() - then.wall_us;
  if (us < 0 || us > longest_us) return std::nullopt;
  return us;
}

bool OnAirList::owns(const OpenItem& item) const {
  return std::find(load_ids.begin(), load_ids.end(), item.load_id()) != load_ids.end();
}

Json OnAirList::json() const { return {{"playlist", playlist}, {"load_ids", load_ids}, {"after", after}}; }

std::optional<OnAirList> OnAirList::from(const Json& json) try {
  return OnAirList{json.at("playlist"), json.at("load_ids").get<std::vector<std::string>>(),
                   json.at("after").get<std::uint64_t>()};
} catch (const Json::exception&) {
  return std::nullopt;
}

void OnAir::fold(std::uint64_t number, const Json& engine_event, const Clock* clock) {
  const std::string type = text_of(engine_event, "type");
  if (number != 0) event = number;
  if (type == "item_started") {
    open.push_back({number, engine_event});
    last = engine_event;
    ended = false;
    target.clear();
    const Moment at = clock != nullptr ? Moment::now(*clock) : Moment{integer_of(engine_event, "at_us"), 0, ""};
    checkpoint = Checkpoint{open.back().id(), integer_of(engine_event, "offset_frames"), 0, std::nullopt, at};
  } else if (type == "item_ended") {
    auto found = std::find_if(open.begin(), open.end(),
                              [&](const OpenItem& item) { return same_airing(item.started, engine_event); });
    if (found == open.end()) {
      const auto id = text_of(engine_event, "item_id");
      found = std::find_if(open.begin(), open.end(), [&](const OpenItem& item) { return item.id() == id; });
    }
    if (found != open.end()) open.erase(found);
    if (text_of(engine_event, "result") == "played") crashes.erase(text_of(engine_event, "item_id"));
  } else if (type == "playback_ended") {
    ended = true;
    paused = false;
  }
}

void OnAir::observe(const Json& status, const Clock& clock, bool keep_paused) {
  alive = Moment::now(clock);
  if (!keep_paused) paused = text_of(status, "state") == "paused";
  const Json item = status.value("item", Json());
  const OpenItem* now = on_air();
  if (now == nullptr || !item.is_object() || text_of(item, "id") != now->id()) return;
  Checkpoint next{now->id(), integer_of(item, "position_frames"),
                  std::max<std::int64_t>(integer_of(status, "frame") - integer_of(now->started, "frame"), 0),
                  std::nullopt, alive};
  if (item.contains("duration_frames") && item["duration_frames"].is_number()) {
    next.duration_frames = integer_of(item, "duration_frames");
  }
  checkpoint = std::move(next);
}

Json OnAir::json() const {
  Json json = {{"event", event},          {"run", run},           {"epoch", epoch},
               {"alive", to_json(alive)}, {"off", off},           {"last", last},
               {"ended", ended},          {"paused", paused},     {"target", target},
               {"crashes", crashes},      {"removed", removed},   {"resumed_us", resumed_us},
               {"open", Json::array()},   {"checkpoint", nullptr}};
  for (const auto& item : open) json["open"].push_back({{"number", item.number}, {"started", item.started}});
  if (checkpoint) {
    json["checkpoint"] = {
        {"item_id", checkpoint->item_id},
        {"position_frames", checkpoint->position_frames},
        {"frames_sent", checkpoint->frames_sent},
        {"duration_frames", checkpoint->duration_frames ? Json(*checkpoint->duration_frames) : Json()},
        {"at", to_json(checkpoint->at)}};
  }
  return json;
}

std::optional<OnAir> OnAir::from(const Json& json) try {
  OnAir state;
  state.event = json.at("event").get<std::uint64_t>();
  state.run = json.at("run").get<std::uint64_t>();
  state.epoch = json.at("epoch").get<std::int64_t>();
  state.alive = moment(json.at("alive"));
  state.off = json.at("off").get<bool>();
  state.last = json.at("last");
  state.ended = json.at("ended").get<bool>();
  state.paused = json.at("paused").get<bool>();
  state.target = json.at("target").get<std::string>();
  state.crashes = json.at("crashes").get<std::map<std::string, int>>();
  state.removed = json.at("removed").get<std::vector<std::string>>();
  state.resumed_us = json.at("resumed_us").get<std::int64_t>();
  for (const auto& item : json.at("open")) {
    state.open.push_back({item.at("number").get<std::uint64_t>(), item.at("started")});
  }
  const Json& point = json.at("checkpoint");
  if (point.is_object()) {
    Checkpoint checkpoint{point.at("item_id").get<std::string>(), point.at("position_frames").get<std::int64_t>(),
                          point.at("frames_sent").get<std::int64_t>(), std::nullopt, moment(point.at("at"))};
    if (point.at("duration_frames").is_number()) {
      checkpoint.duration_frames = point.at("duration_frames").get<std::int64_t>();
    }
    state.checkpoint = std::move(checkpoint);
  }
  return state;
} catch (const Json::exception&) {
  return std::nullopt;
}

}  // namespace wyvern::worker
