#include "worker/resumption.hpp"

#include <algorithm>
#include <cmath>

namespace wyvern::worker {
namespace {

constexpr std::size_t most_missed = 100;

std::optional<std::size_t> index_of(const Json& items, const std::string& id) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (text_of(items[i], "id") == id) return i;
  }
  return std::nullopt;
}

std::optional<double> number(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

// By how much an item comes in before the one ahead of it has ended.
std::int64_t overlap(const Json& item, const Rate& rate) {
  if (text_of(item, "transition") != "mix") return 0;
  return rate.frames(number(item, "transition_ms").value_or(0) / 1000);
}

// The item behind `index`, or nothing at the end of a list that does not loop.
std::optional<std::size_t> behind(const Json& playlist, std::size_t index) {
  const auto count = playlist.at("items").size();
  if (index + 1 < count) return index + 1;
  if (playlist.value("loop", false) && count > 0) return std::size_t{0};
  return std::nullopt;
}

Resumption at(std::size_t index, std::int64_t offset_frames, std::string basis) {
  return {Resumption::Kind::at_item, index, offset_frames, false, std::move(basis), {}};
}

Resumption at_next(const Json& playlist, std::size_t index) {
  const auto next = behind(playlist, index);
  if (!next) return {Resumption::Kind::ended, 0, 0, false, "next", {}};
  return at(*next, 0, "next");
}

// From `past` frames behind the end of the item at `index`.
Resumption walk(const Json& playlist, std::size_t index, std::int64_t past, const Rate& rate) {
  const Json& items = playlist.at("items");
  Resumption found = at(index, 0, "clock");
  for (;;) {
    const auto next = behind(playlist, found.index);
    if (!next) {
      found.kind = Resumption::Kind::ended;
      return found;
    }
    found.index = *next;
    past += overlap(items[*next], rate);
    const auto duration = duration_frames(items[*next], rate);
    if (!duration) {
      found.basis = "unknown_duration";
      return found;
    }
    // A mix that is as long as its item would go on for ever.
    if (past < *duration || *duration <= overlap(items[*next], rate)) {
      found.offset_frames = std::min(past, *duration - 1);
      return found;
    }
    past -= *duration;
    if (found.missed.size() < most_missed) found.missed.push_back(text_of(items[*next], "id"));
  }
}

}  // namespace

std::int64_t Rate::frames(double seconds) const {
  return std::llround(seconds * static_cast<double>(num) / static_cast<double>(den));
}

std::int64_t Rate::frames_of_us(std::int64_t us) const {
  return static_cast<std::int64_t>(static_cast<__int128>(us) * num / (static_cast<__int128>(den) * 1'000'000));
}

std::int64_t Rate::ms_of(std::int64_t frames) const { return (frames * 1000 * den + num - 1) / num; }

std::optional<std::int64_t> duration_frames(const Json& item, const Rate& rate) {
  const double in = number(item, "in_point").value_or(0);
  auto out = number(item, "out_point");
  if (!out) {
    if (const auto ms = number(item, "duration_ms")) out = *ms / 1000;
  }
  if (!out) return std::nullopt;
  const auto frames = rate.frames(*out - in);
  return frames > 0 ? std::optional(frames) : std::nullopt;
}

Resumption plan_resumption(const OnAir& on_air, const OnAirList& list, const Rate& rate, const Clock& clock,
                           const std::string& skip) {
  const Json& playlist = list.playlist;
  const Json& items = playlist.at("items");
  if (on_air.ended || items.empty()) return {};

  if (!skip.empty()) {
    // The list may hold the skipped one still, or not any more: then what stood behind it has its place.
    if (const auto index = index_of(items, skip)) return at_next(playlist, *index);
    const Json last = on_air.last.is_object() ? on_air.last : playlist.value("start", Json::object());
    const auto index = static_cast<std::size_t>(
        std::max<std::int64_t>(static_cast<std::int64_t>(number(last, "index").value_or(0)), 0));
    if (index < items.size()) return at(index, 0, "next");
    return playlist.value("loop", false) ? at(0, 0, "next")
                                         : Resumption{Resumption::Kind::ended, 0, 0, false, "next", {}};
  }

  const OpenItem* open = on_air.on_air();
  if (open == nullptr || !list.owns(*open)) {
    const bool begun = on_air.last.is_object() && list.owns({0, on_air.last});
    if (begun) {
      const auto index = index_of(items, text_of(on_air.last, "item_id"));
      if (index) return at_next(playlist, *index);
    }
    const Json start = playlist.value("start", Json::object());
    auto found =
        at(start.value("index", std::size_t{0}), rate.frames(number(start, "offset_ms").value_or(0) / 1000), "start");
    if (found.index >= items.size()) found.index = found.offset_frames = 0;
    found.paused = on_air.paused;
    return found;
  }

  const auto index = index_of(items, open->id());
  if (!index || !on_air.checkpoint || on_air.checkpoint->item_id != open->id()) {
    const auto place =
        index.value_or(std::min(static_cast<std::size_t>(std::max<std::int64_t>(
                                    static_cast<std::int64_t>(number(open->started, "index").value_or(0)), 0)),
                                items.size() - 1));
    return at(place, 0, "checkpoint");
  }
  const Checkpoint& point = *on_air.checkpoint;
  if (on_air.paused) {
    auto held = at(*index, point.position_frames, "hold");
    held.paused = true;
    return held;
  }
  const auto elapsed = elapsed_us(point.at, clock);
  if (!elapsed) return at(*index, point.position_frames, "checkpoint");
  const auto duration = point.duration_frames ? point.duration_frames : duration_frames(items[*index], rate);
  if (!duration) return at(*index, point.position_frames, "unknown_duration");
  const auto position = point.position_frames + rate.frames_of_us(*elapsed);
  if (position < *duration) return at(*index, position, "clock");
  return walk(playlist, *index, position - *duration, rate);
}

}  // namespace wyvern::worker
