#include "program.hpp"

#include "slate.hpp"

namespace wyvern::feeder {

Program::Program(HouseFormat format, const Settings& settings, Cue cue, std::optional<Clip> filler)
    : format_(std::move(format)),
      settings_(settings),
      cue_(std::move(cue)),
      mixer_(format_),
      slate_(make_slate(format_)),
      as_run_(format_),
      decoder_(format_.frame_at(settings_.decoder_lag_ns), format_.frame_at(settings_.decoder_patience_ns)) {
  if (filler) filler_.emplace(std::move(*filler), cue_);
  out_.picture = slate_;
}

const ProgramFrame& Program::tick(std::int64_t frame) {
  frame_ = frame;
  const std::int64_t samples = format_.sample(frame + 1) - format_.sample(frame);
  out_.sound.assign(static_cast<std::size_t>(samples * format_.channels), 0.0F);
  tend();
  take_over_pending();
  follow_skip();
  if (state_ == State::idle) {
    out_.picture = slate_;
  } else if (state_ == State::playing) {
    if (on_air_) play();
    if (!on_air_ && playing()) bridge();
    if (!playing()) out_.picture = slate_;
  }  // paused: the last picture, and silence
  note_overload();
  return out_;
}

void Program::tend() {
  const auto discard_from = [this](Lineup& lineup) {
    lineup.tend(frame_, [&](const Cued& cued, const std::string& reason) {
      as_run_.item_discarded(cued, lineup.rundown().list(), reason);
    });
  };
  discard_from(lineup_);
  if (!pending_) return;
  discard_from(*pending_);
  if (!pending_->exhausted()) return;
  // Nothing of the loaded list can be played, and it does not come round again.
  reason_ = "no item of the loaded list can be played: " + pending_->last_fault();
  pending_.reset();
  if (playing() && !on_air_ && lineup_.exhausted()) end_playback("end");
}

void Program::take_over_pending() {
  if (!pending_ || !pending_->front_ready()) return;
  finish_all("replaced", "");
  planned_next_.reset();
  bridging_since_.reset();
  skip_ = false;
  if (state_ == State::idle) rung_ = Rung::item;
  state_ = State::playing;
  lineup_ = std::move(*pending_);
  pending_.reset();
  begin(lineup_.pop(), 0);
}

void Program::follow_skip() {
  if (!skip_) return;
  // While the next item is not ready, what is on stays on: better than a hole.
  if (!lineup_.front_ready() && !lineup_.exhausted()) return;
  skip_ = false;
  state_ = State::playing;
  if (outgoing_) finish(outgoing_, "played", "");
  if (!on_air_ && lineup_.exhausted()) return end_playback("end");
  if (on_air_) (void)advance("skipped", "");
}

void Program::play() {
  // An item is at least one frame long, so this ends; the bound is for a source that breaks that.
  for (int tries = 0; tries < 100 && on_air_; ++tries) {
    start_mix_if_due();
    Look look = on_air_->cued.source->picture(on_air_->index);
    if (look.kind == Look::Kind::picture) {
      decoder_.in_time();
      return show(std::move(look), true);
    }
    if (look.kind == Look::Kind::late) {
      if (late(look)) return;
      continue;
    }
    const std::string fault = on_air_->cued.source->fault();
    const std::int64_t missing = on_air_->planned_length.value_or(0) - on_air_->index;
    if (!fault.empty()) {
      (void)advance("failed", fault);
    } else if (missing > format_.frame_at(second_ns)) {
      (void)advance("failed", "the clip ended " + std::to_string(missing) + " frames before its time");
    } else {
      (void)advance("played", "");
    }
  }
}

void Program::show(Look look, bool with_sound) {
  OnAir& item = *on_air_;
  out_.picture = look.buffer ? std::move(look.buffer) : out_.picture;
  item.last_picture = out_.picture;
  ++item.frames_sent;
  if (with_sound) {
    item.cued.source->sound(out_.sound.data(), static_cast<std::int64_t>(out_.sound.size()) / format_.channels);
    ++item.index;
  }
  if (outgoing_) mix_in_outgoing();
}

bool Program::late(const Look& look) {
  const auto verdict = decoder_.late(look.lag_frames);
  if (verdict == DecoderWatch::Verdict::give_up) {
    (void)advance("failed", "its decoder was too slow for too long");
    return false;
  }
  ++repeated_frames_;
  ++on_air_->repeated_frames;
  on_air_->cued.source->hurry(on_air_->index);
  show(look, verdict == DecoderWatch::Verdict::repeat);
  return true;
}

void Program::start_mix_if_due() {
  if (outgoing_ || !lineup_.front_ready() || !lineup_.front()->item.mix) return;
  const auto length = on_air_->length();
  if (!length) return;
  const std::int64_t left = *length - on_air_->index;
  std::int64_t frames = format_.nearest_frames(lineup_.front()->item.transition_ns);
  if (const auto incoming = lineup_.front()->item.planned_frames(format_)) frames = std::min(frames, *incoming);
  if (left <= 0 || left > frames) return;
  outgoing_ = std::move(on_air_);
  mix_ = {0, left};
  begin(lineup_.pop(), left);
}

void Program::mix_in_outgoing() {
  const auto samples = static_cast<std::int64_t>(out_.sound.size()) / format_.channels;
  outgoing_sound_.assign(out_.sound.size(), 0.0F);
  Look look = outgoing_->cued.source->picture(outgoing_->index);
  if (look.kind != Look::Kind::ended) outgoing_->cued.source->sound(outgoing_sound_.data(), samples);
  if (look.buffer) outgoing_->last_picture = std::move(look.buffer);
  out_.picture = mixer_.pictures(outgoing_->last_picture, out_.picture, mix_);
  Mixer::sound(out_.sound.data(), outgoing_sound_.data(), static_cast<std::int64_t>(out_.sound.size()), mix_);
  ++outgoing_->index;
  ++outgoing_->frames_sent;
  if (++mix_.step < mix_.steps) return;
  // Its last frame is this one, so that it has ended with the next.
  ++frame_;
  finish(outgoing_, "played", "");
  --frame_;
}

void Program::bridge() {
  if (lineup_.front_ready()) {
    bridging_since_.reset();
    begin(lineup_.pop(), 0);
    return play();
  }
  if (lineup_.exhausted()) return end_playback("end");
  if (!bridging_since_) bridging_since_ = frame_;
  // The last picture stays for a while.
  if (frame_ - *bridging_since_ < format_.frame_at(settings_.hold_ns) && rung_ < Rung::filler) {
    ++repeated_frames_;
    return;
  }
  const std::string reason =
      lineup_.last_fault().empty() ? "the next item is not ready" : "no item can be played: " + lineup_.last_fault();
  if (filler_) {
    if (BufferRef picture =
            filler_->next(out_.sound.data(), static_cast<std::int64_t>(out_.sound.size()) / format_.channels)) {
      step_to(Rung::filler, reason);
      out_.picture = std::move(picture);
      return;
    }
  }
  step_to(Rung::slate, reason);
  out_.picture = slate_;
}

}  // namespace wyvern::feeder
