// Bytes on their way to a socket, in order.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace wyvern::http {

// Small pieces are joined, large ones stand alone, and a piece that a write is looking at never moves.
class WriteQueue {
 public:
  void append(std::string_view bytes);
  // Lets `write(std::string&)` append to the end in place.
  template <class Write>
  void compose(Write&& write) {
    auto& end = last(0);
    const auto before = end.size();
    write(end);
    grow(end.size() - before);
  }
  // Moves everything of `from` behind what is here.
  void take(WriteQueue& from);

  // Calls `use(pointer, size)` for up to `most` pieces from the front. They stay as they are until consume().
  template <class Use>
  void look(std::size_t most, Use&& use) {
    sealed_ = true;
    std::size_t offset = offset_;
    for (const auto& piece : pieces_) {
      if (most-- == 0) return;
      use(piece.data() + offset, piece.size() - offset);
      offset = 0;
    }
  }
  // The first `bytes` are written; nobody looks any more.
  void consume(std::size_t bytes);
  void clear();

  bool empty() const { return size() == 0; }
  // Any thread may ask.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t piece_bytes = 64 * 1024;

  void resize(std::size_t bytes) { size_.store(bytes, std::memory_order_relaxed); }
  void grow(std::size_t bytes) { resize(size() + bytes); }

  // A piece that may grow by `more` bytes.
  std::string& last(std::size_t more);

  std::deque<std::string> pieces_;
  std::size_t offset_ = 0;            // of the first piece, written already
  std::atomic<std::size_t> size_{0};  // written by whoever owns the queue
  bool sealed_ = false;
  std::string spare_;  // its memory serves the next piece
};

}  // namespace wyvern::http
