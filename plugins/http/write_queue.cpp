#include "write_queue.hpp"

#include <utility>

namespace wyvern::http {

std::string& WriteQueue::last(std::size_t more) {
  if (pieces_.empty() || sealed_ || pieces_.back().size() + more > piece_bytes) {
    pieces_.push_back(std::exchange(spare_, {}));
    sealed_ = false;
  }
  return pieces_.back();
}

void WriteQueue::append(std::string_view bytes) {
  last(bytes.size()).append(bytes);
  grow(bytes.size());
}

void WriteQueue::take(WriteQueue& from) {
  if (from.empty()) return;
  if (from.pieces_.size() == 1 && from.size() < piece_bytes / 4) {
    append(std::string_view(from.pieces_.front()).substr(from.offset_));
    from.consume(from.size());
    return;
  }
  // A first piece that is partly written cannot follow others, so its rest is copied.
  if (from.offset_ > 0) {
    from.pieces_.front().erase(0, from.offset_);
    from.offset_ = 0;
  }
  for (auto& piece : from.pieces_) pieces_.push_back(std::move(piece));
  grow(from.size());
  sealed_ = false;
  from.pieces_.clear();
  from.resize(0);
}

void WriteQueue::consume(std::size_t bytes) {
  sealed_ = false;
  resize(size() - bytes);
  while (!pieces_.empty()) {
    auto& first = pieces_.front();
    const auto left = first.size() - offset_;
    if (bytes < left) {
      offset_ += bytes;
      return;
    }
    bytes -= left;
    offset_ = 0;
    if (pieces_.size() == 1 && first.capacity() <= piece_bytes) {
      first.clear();  // most answers end here; the memory serves the next
      return;
    }
    if (first.capacity() <= piece_bytes && spare_.capacity() < first.capacity()) {
      first.clear();
      spare_ = std::move(first);
    }
    pieces_.pop_front();
  }
}

void WriteQueue::clear() {
  pieces_.clear();
  offset_ = 0;
  resize(0);
  sealed_ = false;
}

}  // namespace wyvern::http
