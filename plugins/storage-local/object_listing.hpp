// Objects in the order of their keys, without walking more of the tree than is asked for.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "root_folder.hpp"

namespace wyvern::local {

struct ListingRequest {
  std::string prefix;
  std::string after;  // empty: from the beginning
  std::uint32_t limit;
};

// Folders that are symbolic links are not walked, so that no loop is possible; links to files below the root are
// objects. Names that cannot be keys are left out. Ends early when `withdrawn` is set. May hang on a dead mount.
std::vector<StoredObject> list_objects(const RootFolder& root, const ListingRequest& request,
                                       const std::atomic<bool>& withdrawn);

}  // namespace wyvern::local
