// The root, and the only ways below it. Nothing that is opened here lies outside, not through symbolic links either.
// Every function may hang on a dead mount: call them through BlockingCalls.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "wyvern/file_descriptor.hpp"
#include "wyvern/storage.hpp"

namespace wyvern::local {

class RootFolder {
 public:
  // Throws with a remedy when it is missing, is no folder, or cannot be used.
  RootFolder(const std::string& path, bool for_writing);

  const std::string& path() const { return path_; }

  // Opens what lies at `relative`; an empty descriptor when there is nothing. Throws "storage.bad_key" for a way that
  // leads out of the root.
  FileDescriptor open(const std::string& relative, int flags) const;
  // The folder at `relative`, which is made, and made durable, when it is missing.
  FileDescriptor open_or_make_folder(const std::string& relative) const;
  // An object opened for reading. Throws "storage.not_found", also for what is no regular file.
  FileDescriptor open_object(std::string_view key) const;

 private:
  std::string path_;
  FileDescriptor root_;
};

// How an object looks from outside. Its version is where its bytes lie and when they and their inode last changed.
StoredObject describe(std::string_view key, const struct stat& found);

// The failure for an errno, on this key.
Failure io_failure(std::string_view key, const char* doing, int error);
Failure not_found(std::string_view key);

}  // namespace wyvern::local
