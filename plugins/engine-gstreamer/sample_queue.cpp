#include "sample_queue.hpp"

#include <algorithm>
#include <cstdlib>

namespace wyvern::feeder {

namespace {
constexpr std::int64_t jitter = 240;                   // 5 ms
constexpr std::int64_t greatest_relief = 48'000 * 20;  // memory stays bounded: 20 s of sound
}  // namespace

bool SampleQueue::push(std::int64_t position, const float* samples, std::int64_t count) {
  std::unique_lock lock(mutex_);
  resting_ = written_ - read_ >= capacity_ + relief_;
  room_.wait(lock, [&] { return closed_ || flushing_ || !resting_; });
  if (closed_) return false;
  if (flushing_) return true;
  if (begun_ && std::abs(position - written_) < jitter) position = written_;
  begun_ = begun_ || position + count > 0;
  const std::int64_t first = std::max({position, written_, read_});
  const std::int64_t last = position + count;
  if (last > first) {
    const float* from = samples + (first - position) * channels_;
    pieces_.push_back({first, std::vector<float>(from, samples + count * channels_)});
  }
  written_ = std::max(written_, last);  // stays 0 for what lies before the in point
  return true;
}

void SampleQueue::end() {
  const std::lock_guard lock(mutex_);
  if (!flushing_) ended_ = true;
}

void SampleQueue::flush_start() {
  {
    const std::lock_guard lock(mutex_);
    flushing_ = true;
  }
  room_.notify_all();
}

void SampleQueue::flush_stop() {
  const std::lock_guard lock(mutex_);
  flushing_ = false;
  begun_ = ended_ = resting_ = false;
  written_ = read_ = 0;
  pieces_.clear();
}

void SampleQueue::relieve() {
  {
    const std::lock_guard lock(mutex_);
    relief_ = std::min(greatest_relief, relief_ + 4800);
    resting_ = false;
  }
  room_.notify_one();
}

void SampleQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    pieces_.clear();
  }
  room_.notify_all();
}

bool SampleQueue::ready() const {
  const std::lock_guard lock(mutex_);
  return !pieces_.empty() || ended_;
}

void SampleQueue::take(float* out, std::int64_t count) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    std::fill_n(out, count * channels_, 0.0F);
    const std::int64_t last = read_ + count;
    while (!pieces_.empty() && pieces_.front().position < last) {
      const Piece& piece = pieces_.front();
      const std::int64_t piece_end = piece.position + static_cast<std::int64_t>(piece.samples.size()) / channels_;
      const std::int64_t from = std::max(piece.position, read_);
      const std::int64_t to = std::min(piece_end, last);
      if (to > from) {
        const float* source = piece.samples.data() + (from - piece.position) * channels_;
        std::copy_n(source, (to - from) * channels_, out + (from - read_) * channels_);
      }
      if (piece_end > last) break;
      pieces_.pop_front();
    }
    read_ = last;
    relief_ = std::max<std::int64_t>(0, relief_ - count / 8);
    wake = resting_ && written_ - read_ <= capacity_ * 7 / 8 + relief_;
    if (wake) resting_ = false;
  }
  if (wake) room_.notify_one();
}

}  // namespace wyvern::feeder
