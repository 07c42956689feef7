#include "picture_queue.hpp"

#include <algorithm>

namespace wyvern::feeder {

void PictureQueue::limit(std::int64_t frames) {
  const std::lock_guard lock(mutex_);
  limit_ = frames;
}

bool PictureQueue::push(std::int64_t index, BufferRef picture) {
  std::unique_lock lock(mutex_);
  resting_ = full_locked();
  room_.wait(lock, [&] { return closed_ || flushing_ || !resting_; });
  if (closed_) return false;
  if (flushing_) return true;
  if (limit_ && index >= *limit_) return true;
  if (!pictures_.empty() && pictures_.back().index == index) return true;
  // Of the pictures before the in point only the newest can still be on when the item begins.
  if (!pictures_.empty() && pictures_.back().index < 0 && index <= 0) pictures_.pop_back();
  pictures_.push_back({index, std::move(picture)});
  return true;
}

void PictureQueue::end(std::int64_t frames) {
  const std::lock_guard lock(mutex_);
  if (!flushing_) end_ = frames;
}

void PictureQueue::flush_start() {
  {
    const std::lock_guard lock(mutex_);
    flushing_ = true;
  }
  room_.notify_all();
}

void PictureQueue::flush_stop() {
  const std::lock_guard lock(mutex_);
  flushing_ = false;
  end_.reset();
  resting_ = false;
  pictures_.clear();
}

std::int64_t PictureQueue::first_index() const {
  const std::lock_guard lock(mutex_);
  return pictures_.empty() ? 0 : pictures_.front().index;
}

void PictureQueue::close() {
  std::deque<Due> released;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    released.swap(pictures_);
  }
  room_.notify_all();
}

bool PictureQueue::ready() const {
  const std::lock_guard lock(mutex_);
  if (pictures_.empty()) return false;
  return end_.has_value() || pictures_.back().index >= 0;
}

bool PictureQueue::full() const {
  const std::lock_guard lock(mutex_);
  return full_locked();
}

Look PictureQueue::look(std::int64_t index) {
  Look look;
  bool wake = false;
  BufferRef released;  // given back outside of the lock
  {
    const std::lock_guard lock(mutex_);
    const auto length = length_locked();
    if (length && index >= *length) return {Look::Kind::ended, {}, 0};
    while (pictures_.size() > 1 && pictures_[1].index <= index) {
      released = std::move(pictures_.front().picture);
      pictures_.pop_front();
    }
    on_air_ = true;
    wake = resting_ && pictures_.size() <= always_ready_;
    if (wake) resting_ = false;
    if (pictures_.empty()) {
      if (end_) return {Look::Kind::ended, {}, 0};
      return {Look::Kind::late, {}, index + 1};
    }
    const Due& due = pictures_.front();
    look.buffer = due.picture;
    const bool certain = due.index >= index || pictures_.size() > 1 || end_;
    look.kind = certain ? Look::Kind::picture : Look::Kind::late;
    look.lag_frames = certain ? 0 : index - due.index;
  }
  if (wake) room_.notify_one();
  return look;
}

std::optional<std::int64_t> PictureQueue::length() const {
  const std::lock_guard lock(mutex_);
  return length_locked();
}

std::optional<std::int64_t> PictureQueue::length_locked() const {
  if (limit_ && end_) return std::min(*limit_, *end_);
  return limit_ ? limit_ : end_;
}

bool PictureQueue::ended() const {
  const std::lock_guard lock(mutex_);
  return end_.has_value();
}

std::size_t PictureQueue::size() const {
  const std::lock_guard lock(mutex_);
  return pictures_.size();
}

}  // namespace wyvern::feeder
