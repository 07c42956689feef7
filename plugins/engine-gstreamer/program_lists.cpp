// The part of Program that goes from item to item and takes commands.
#include "program.hpp"
#include "wyvern/result.hpp"

namespace wyvern::feeder {

bool Program::advance(const std::string& result, const std::string& reason) {
  if (outgoing_) finish(outgoing_, "played", "");
  finish(on_air_, result, reason);
  if (result == "failed") failed_reason_ = reason;
  if (lineup_.front_ready()) {
    begin(lineup_.pop(), 0);
    return true;
  }
  if (lineup_.exhausted() && !pending_) end_playback("end");
  return false;
}

void Program::begin(Cued cued, std::int64_t mix_frames) {
  OnAir item;
  item.playlist_id = lineup_.rundown().list().id;
  item.load_id = lineup_.rundown().list().load_id;
  item.start_frame = frame_;
  if (const auto planned = cued.item.planned_frames(format_))
    item.planned_length = std::max<std::int64_t>(1, *planned - cued.offset_frames);
  item.cued = std::move(cued);
  on_air_ = std::move(item);
  decoder_.new_item();
  bridging_since_.reset();
  // After a failure this item is the ladder's second rung; the one after it stands on the first again.
  const std::string failed = std::exchange(failed_reason_, {});
  step_to(failed.empty() ? Rung::item : Rung::next, failed);
  as_run_.item_started(*on_air_, planned_next_ ? *planned_next_ - mix_frames : frame_);
  planned_next_.reset();
  if (on_air_->planned_length) planned_next_ = frame_ + *on_air_->planned_length;
}

void Program::finish(std::optional<OnAir>& item, const std::string& result, const std::string& reason) {
  if (!item) return;
  as_run_.item_ended(*item, frame_, result, reason);
  item.reset();
}

void Program::finish_all(const std::string& result, const std::string& reason) {
  finish(outgoing_, result, reason);
  finish(on_air_, result, reason);
}

void Program::end_playback(const std::string& reason) {
  finish_all(reason == "stopped" ? "stopped" : "played", "");
  as_run_.playback_ended(frame_, reason);
  state_ = State::idle;
  lineup_ = Lineup();
  skip_ = false;
  planned_next_.reset();
  bridging_since_.reset();
  rung_ = Rung::slate;
  reason_.clear();
  failed_reason_.clear();
  out_.picture = slate_;
}

void Program::step_to(Rung rung, const std::string& reason) {
  if (rung == rung_) return;
  as_run_.stepped(rung_, rung, frame_, reason);
  rung_ = rung;
  reason_ = reason;
}

void Program::note_overload() {
  if (decoder_.slow() == decoder_was_slow_) return;
  decoder_was_slow_ = decoder_.slow();
  as_run_.overload("decoder", decoder_was_slow_, frame_,
                   {{"lag_frames", decoder_.lag()}, {"item_id", on_air_ ? Json(on_air_->cued.item.id) : Json()}});
}

void Program::leave_air(std::int64_t frame) {
  frame_ = frame;
  pending_.reset();
  if (playing()) end_playback("stopped");
}

void Program::require_playing(const char* call) const {
  if (!playing())
    throw Failure(WYV_WRONG_STATE, "engine.idle", std::string("nothing plays, so there is nothing to ") + call);
}

void Program::load(Playlist list) {
  pending_.emplace(Rundown(std::move(list)), format_, static_cast<std::size_t>(settings_.look_ahead_items), cue_);
  reason_.clear();
}

void Program::update(Playlist list) {
  if (pending_) {
    const Cued* first = pending_->front();
    list.start_index = 0;
    list.start_offset_ns = 0;
    if (first == nullptr) return load(std::move(list));
    const auto found = Rundown(list).find(first->item.id, first->place.index);
    list.start_index = found.value_or(0);
    return load(std::move(list));
  }
  require_playing("update");
  if (on_air_) {
    lineup_.replace(Rundown(std::move(list)), on_air_->cued.item.id, on_air_->cued.place);
  } else {
    load(std::move(list));
  }
}

void Program::pause() {
  require_playing("pause");
  state_ = State::paused;
}

void Program::resume() {
  require_playing("resume");
  state_ = State::playing;
}

void Program::skip() {
  require_playing("skip");
  skip_ = true;
}

void Program::stop_playback() {
  require_playing("stop");
  pending_.reset();
  ++frame_;  // the newest frame was sent; the slate begins with the next
  end_playback("stopped");
  --frame_;
}

}  // namespace wyvern::feeder
