// What stands in one folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wyvern/file_descriptor.hpp"

namespace wyvern::local {

struct FolderEntry {
  enum class Kind { folder, other };  // a symbolic link is `other`, whatever it points to
  std::string name;
  Kind kind;
};

// Without "." and "..", in no order. May hang on a dead mount.
std::vector<FolderEntry> folder_entries(const FileDescriptor& folder, std::string_view path);

}  // namespace wyvern::local
