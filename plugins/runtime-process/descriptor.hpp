// A file descriptor that closes itself.
#pragma once

#include <unistd.h>

#include <utility>

namespace wyvern::process {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int raw) : raw_(raw) {}
  Descriptor(Descriptor&& other) noexcept : raw_(std::exchange(other.raw_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Descriptor() {
    if (raw_ >= 0) ::close(raw_);
  }

  int get() const { return raw_; }
  explicit operator bool() const { return raw_ >= 0; }

 private:
  int raw_ = -1;
};

}  // namespace wyvern::process
