// The sound of one item, positioned by time: gaps become silence, overlaps are cut.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace wyvern::feeder {

class SampleQueue {
 public:
  // Capacity in samples per channel, as the rest here.
  SampleQueue(int channels, std::int64_t capacity) : channels_(channels), capacity_(capacity) {}

  // [decoder's thread] Interleaved samples whose first one belongs at `position` after the in point; the part before
  // it is dropped. A position within 5 ms of the end of what came before continues it: that is a container's rounding.
  // Waits when the queue is full, until an eighth of it is free: in bursts, as pictures are. False once closed.
  bool push(std::int64_t position, const float* samples, std::int64_t count);
  // [decoder's thread] No sound will follow.
  void end();

  // [worker] As those of the picture queue.
  void flush_start();
  void flush_stop();

  // [any] A picture that starves may wait for a demuxer that waits for room here: give room.
  void relieve();
  void close();
  bool ready() const;  // the first sound is in hand, or will never come

  // [scheduler] The next `count` samples; what is not there is silence.
  void take(float* out, std::int64_t count);

 private:
  struct Piece {
    std::int64_t position;
    std::vector<float> samples;
  };

  const int channels_;
  const std::int64_t capacity_;
  std::int64_t relief_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::deque<Piece> pieces_;
  std::int64_t read_ = 0;     // position of the next sample to be taken
  std::int64_t written_ = 0;  // position after the last sample that came
  bool begun_ = false;
  bool ended_ = false;
  bool resting_ = false;  // the decoder, if it has anything to push
  bool flushing_ = false;
  bool closed_ = false;
};

}  // namespace wyvern::feeder
