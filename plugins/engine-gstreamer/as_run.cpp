#include "as_run.hpp"

namespace wyvern::feeder {

namespace {

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json identify(const char* type, const Cued& cued, const std::string& playlist_id, const std::string& load_id) {
  return {{"type", type},
          {"item_id", cued.item.id},
          {"asset_id", or_null(cued.item.asset_id)},
          {"clip_name", or_null(cued.item.clip_name)},
          {"playlist_id", or_null(playlist_id)},
          {"load_id", or_null(load_id)},
          {"index", cued.place.index},
          {"loop_count", cued.place.loop_count}};
}

}  // namespace

std::optional<std::int64_t> OnAir::length() const {
  const auto sure = cued.source->length();
  return sure ? sure : planned_length;
}

const char* name(Rung rung) {
  switch (rung) {
    case Rung::item:
      return "item";
    case Rung::next:
      return "next";
    case Rung::filler:
      return "filler";
    case Rung::slate:
      break;
  }
  return "slate";
}

void AsRun::channel_started(std::int64_t frame) {
  events_.push_back({{"type", "channel_started"}, {"frame", frame}, {"at_us", at_us(frame)}});
}

void AsRun::item_started(const OnAir& item, std::int64_t planned_frame) {
  Json event = identify("item_started", item.cued, item.playlist_id, item.load_id);
  event["frame"] = item.start_frame;
  event["at_us"] = at_us(item.start_frame);
  event["planned_frame"] = planned_frame;
  event["planned_us"] = at_us(planned_frame);
  event["offset_frames"] = item.cued.offset_frames;
  event["transition"] = item.cued.item.mix ? "mix" : "cut";
  event["planned_duration_frames"] = item.planned_length ? Json(*item.planned_length) : Json();
  events_.push_back(std::move(event));
}

void AsRun::item_ended(const OnAir& item, std::int64_t frame, const std::string& result, const std::string& reason) {
  Json event = identify("item_ended", item.cued, item.playlist_id, item.load_id);
  event["frame"] = frame;
  event["at_us"] = at_us(frame);
  event["frames_sent"] = item.frames_sent;
  event["repeated_frames"] = item.repeated_frames;
  event["result"] = result;
  event["reason"] = or_null(reason);
  events_.push_back(std::move(event));
}

void AsRun::item_discarded(const Cued& cued, const Playlist& list, const std::string& reason) {
  Json event = identify("item_discarded", cued, list.id, list.load_id);
  event["reason"] = reason;
  events_.push_back(std::move(event));
}

void AsRun::stepped(Rung from, Rung to, std::int64_t frame, const std::string& reason) {
  events_.push_back({{"type", to > from ? "step_down" : "step_up"},
                     {"rung", name(to)},
                     {"reason", or_null(reason)},
                     {"frame", frame},
                     {"at_us", at_us(frame)}});
}

void AsRun::playback_ended(std::int64_t frame, const std::string& reason) {
  events_.push_back({{"type", "playback_ended"}, {"frame", frame}, {"at_us", at_us(frame)}, {"reason", reason}});
}

void AsRun::overload(const char* part, bool overloaded, std::int64_t frame, Json detail) {
  events_.push_back({{"type", "overload"},
                     {"part", part},
                     {"state", overloaded ? "overloaded" : "ok"},
                     {"detail", std::move(detail)},
                     {"at_us", at_us(frame)}});
}

}  // namespace wyvern::feeder
