// A file descriptor that closes itself: of a file, a folder, a socket or a process. For plugins that meet the system
// without a library between. Nothing of it crosses the boundary.
#pragma once

#include <unistd.h>

#include <utility>

namespace wyvern {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int raw) noexcept : raw_(raw) {}
  FileDescriptor(FileDescriptor&& other) noexcept : raw_(std::exchange(other.raw_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~FileDescriptor() {
    if (raw_ >= 0) ::close(raw_);
  }

  int get() const noexcept { return raw_; }
  explicit operator bool() const noexcept { return raw_ >= 0; }

 private:
  int raw_ = -1;
};

}  // namespace wyvern
