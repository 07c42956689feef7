// The decoded pictures of one item, each with the house index at which it is due.
//
// So many are always ready. Its decoder works in bursts: it adds six to them, and rests until those have been shown.
// Woken for each picture it would find its code and tables gone from the caches each time, which costs a channel 1 to 2
// % of its processor time. Before its item is on air, there is no burst.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "gst_pointers.hpp"

namespace wyvern::feeder {

// What an item has to show at an index.
struct Look {
  enum class Kind { picture, late, ended };
  Kind kind = Kind::late;
  BufferRef buffer;             // for `late`: the newest one, possibly none
  std::int64_t lag_frames = 0;  // for `late`: how far the newest one is behind
};

class PictureQueue {
 public:
  // At least 2: one may lie before the in point.
  explicit PictureQueue(std::size_t always_ready) : always_ready_(always_ready) {}

  // A length that is known from an out point.
  void limit(std::int64_t frames);

  // [decoder's thread] Waits when the queue is full. False once closed. Indexes rise; a picture before index 0 is
  // kept only as long as nothing newer is due at 0.
  bool push(std::int64_t index, BufferRef picture);
  // [decoder's thread] No picture will follow; the item is that long.
  void end(std::int64_t frames);

  // [worker] Between the two, around a seek, what comes is thrown away and nobody waits; after them all is as at first.
  void flush_start();
  void flush_stop();

  // [any] Wakes and refuses a waiting decoder, for the teardown.
  void close();
  // [any] True when index 0 can be shown.
  bool ready() const;
  bool full() const;
  std::int64_t first_index() const;  // of the oldest picture in hand; 0 for none

  // [scheduler] What is due at that index; indexes never go back. Older pictures are given back. The item is on air
  // from the first look on.
  Look look(std::int64_t index);
  std::optional<std::int64_t> length() const;
  bool ended() const;
  std::size_t size() const;

 private:
  struct Due {
    std::int64_t index;
    BufferRef picture;
  };
  std::optional<std::int64_t> length_locked() const;
  bool full_locked() const { return pictures_.size() >= always_ready_ + (on_air_ ? burst : 0); }

  static constexpr std::size_t burst = 6;
  const std::size_t always_ready_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::deque<Due> pictures_;
  std::optional<std::int64_t> limit_;
  std::optional<std::int64_t> end_;
  bool on_air_ = false;
  bool resting_ = false;  // the decoder, if it has anything to push
  bool flushing_ = false;
  bool closed_ = false;
};

}  // namespace wyvern::feeder
