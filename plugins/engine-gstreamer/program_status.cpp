#include "program.hpp"

namespace wyvern::feeder {

Json Program::status() const {
  Json status;
  status["state"] = state_ == State::idle ? "idle" : state_ == State::paused ? "paused" : "playing";
  const Playlist& list = lineup_.rundown().list();
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  status["playlist_id"] = or_null(list.id);
  status["load_id"] = or_null(list.load_id);
  status["loop"] = list.loop;
  status["item"] = nullptr;
  if (on_air_) {
    const std::int64_t position = on_air_->cued.offset_frames + on_air_->index;
    const auto length = on_air_->length();
    status["item"] = {{"id", on_air_->cued.item.id},
                      {"index", on_air_->cued.place.index},
                      {"position_frames", position},
                      {"position_ms", format_.time_ns(position) / 1'000'000},
                      {"duration_frames", length ? Json(*length + on_air_->cued.offset_frames) : Json()},
                      {"state", "on_air"}};
  }
  const Lineup& coming = pending_ ? *pending_ : lineup_;
  status["next"] = nullptr;
  if (const Cued* next = coming.front()) {
    status["next"] = {{"id", next->item.id},
                      {"index", next->place.index},
                      {"ready", next->source->state() == ItemSource::State::ready},
                      {"error", or_null(next->source->fault())}};
  }
  status["rung"] = name(rung_);
  // A list that was loaded and cannot begin: nothing else tells why the picture is not its.
  const bool waits = reason_.empty() && pending_ && !pending_->last_fault().empty();
  status["reason"] = waits ? Json("no item of the loaded list can be played: " + pending_->last_fault() +
                                  "; it is tried again and again")
                           : or_null(reason_);
  status["repeated_frames"] = repeated_frames_;
  status["decoder"] = {
      {"state", decoder_.slow() ? "slow" : "ok"},
      {"lag_frames", decoder_.lag()},
      {"policy", "repeats the last picture under running sound, then holds both, then gives way to the next item"}};
  return status;
}

}  // namespace wyvern::feeder
