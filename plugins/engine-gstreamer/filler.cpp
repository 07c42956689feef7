#include "filler.hpp"

namespace wyvern::feeder {

Filler::Filler(Clip clip, Cue cue)
    : clip_(std::move(clip)), cue_(std::move(cue)), current_(cue_(clip_)), following_(cue_(clip_)) {}

bool Filler::ready() const {
  return current_->state() == ItemSource::State::ready || following_->state() == ItemSource::State::ready;
}

BufferRef Filler::next(float* sound, std::int64_t samples) {
  for (int round = 0; round < 2; ++round) {
    if (current_->state() == ItemSource::State::ready) {
      Look look = current_->picture(index_);
      if (look.kind != Look::Kind::ended) {
        if (look.kind == Look::Kind::picture) {
          current_->sound(sound, samples);
          ++index_;
        }
        return look.buffer;
      }
    }
    if (following_->state() == ItemSource::State::failed && ++refusals_ % 100 == 0) following_ = cue_(clip_);
    if (following_->state() != ItemSource::State::ready) return {};
    current_ = std::exchange(following_, cue_(clip_));
    index_ = 0;
  }
  return {};
}

}  // namespace wyvern::feeder
