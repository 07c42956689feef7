// Files that are being written, beside the place where they will be.
#pragma once

#include <atomic>
#include <string>

#include "root_folder.hpp"
#include "wyvern/file_descriptor.hpp"

namespace wyvern::local {

// Removes itself unless it was published. It holds a lock for as long as it lives, so that nobody takes it for one that
// was left behind. Every function may hang on a dead mount.
class Temporary {
 public:
  Temporary(const RootFolder& root, std::string key);
  ~Temporary();
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void append(std::string_view bytes);
  // Makes it durable under its key, replacing what was there. Does nothing when `withdrawn` is set before that point.
  void publish(const std::atomic<bool>& withdrawn);

 private:
  std::string key_;
  std::string name_;       // of the object in its folder
  std::string temporary_;  // of the file until then; empty once it is published
  FileDescriptor folder_;
  FileDescriptor file_;
};

// Removes the temporaries below the root that nobody holds any more. Returns how many; ends early when `ending` is set.
std::size_t remove_abandoned(const RootFolder& root, const std::atomic<bool>& ending);

}  // namespace wyvern::local
