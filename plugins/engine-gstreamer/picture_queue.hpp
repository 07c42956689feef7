// The decoded pictures of one item, each with the house index at which it is due.
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
  explicit PictureQueue(std::size_t capacity) : capacity_(capacity) {}

  // A length that is known from an out point.
  void limit(std::int64_t frames);

  // [decoder's thread] Waits while the queue is full. False once closed. Indexes rise; a picture before index 0 is
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

  // [scheduler] What is due at that index; indexes never go back. Older pictures are given back.
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

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::deque<Due> pictures_;
  std::optional<std::int64_t> limit_;
  std::optional<std::int64_t> end_;
  bool flushing_ = false;
  bool closed_ = false;
};

}  // namespace wyvern::feeder
