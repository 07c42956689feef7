// Bytes that have come in and are not used yet: grows up to its limit, and never beyond.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace wyvern::http {

class InputBuffer {
 public:
  explicit InputBuffer(std::size_t most_bytes) : most_bytes_(most_bytes), bytes_(std::min(first_bytes, most_bytes)) {}

  // Makes room behind what is there. False when the buffer is full at its limit.
  bool make_room() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ < bytes_.size()) return true;
    if (begin_ > 0) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
      return true;
    }
    if (bytes_.size() >= most_bytes_) return false;
    bytes_.resize(std::min(bytes_.size() * 2, most_bytes_));
    return true;
  }
  char* room() { return bytes_.data() + end_; }
  std::size_t room_bytes() const { return bytes_.size() - end_; }
  void added(std::size_t bytes) { end_ += bytes; }

  std::string_view unused() const { return {bytes_.data() + begin_, end_ - begin_}; }
  void use(std::size_t bytes) { begin_ += bytes; }
  void clear() { begin_ = end_ = 0; }

  // No more can come before some is used.
  bool full() const { return end_ - begin_ >= most_bytes_; }

 private:
  static constexpr std::size_t first_bytes = 4 * 1024;

  const std::size_t most_bytes_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace wyvern::http
