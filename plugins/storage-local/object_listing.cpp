#include "object_listing.hpp"

#include <fcntl.h>

#include <algorithm>
#include <string_view>

#include "folder_entries.hpp"
#include "object_key.hpp"

namespace wyvern::local {

namespace {

class Walk {
 public:
  Walk(const RootFolder& root, const ListingRequest& request, const std::atomic<bool>& withdrawn)
      : root_(root), request_(request), withdrawn_(withdrawn) {}

  // `folder` is the root as "" or a key with a slash at its end.
  void folder(const std::string& folder) {
    const FileDescriptor opened = root_.open(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
    if (!opened) return;  // it was removed meanwhile
    std::vector<std::string> keys;
    for (const auto& entry : folder_entries(opened, folder)) {
      if (!good_part(entry.name)) continue;
      // The slash belongs to a folder's place in the order: "a-b" < "a/b", though "a" < "a-b".
      std::string key = folder + entry.name + (entry.kind == FolderEntry::Kind::folder ? "/" : "");
      if (wanted(key)) keys.push_back(std::move(key));
    }
    std::sort(keys.begin(), keys.end());
    for (const auto& key : keys) {
      if (found_.size() >= request_.limit || withdrawn_) return;
      if (key.back() == '/')
        this->folder(key);
      else
        object(key);
    }
  }

  std::vector<StoredObject> take() { return std::move(found_); }

 private:
  bool wanted(std::string_view key) const {
    const std::string_view prefix = request_.prefix;
    const std::string_view after = request_.after;
    if (key.back() != '/') return key.starts_with(prefix) && key > after;
    const bool may_hold_prefix = key.starts_with(prefix) || prefix.starts_with(key);
    return may_hold_prefix && (key > after || after.starts_with(key));
  }

  void object(const std::string& key) {
    struct stat seen {};
    try {
      const FileDescriptor opened = root_.open(key, O_PATH);
      if (!opened || ::fstat(opened.get(), &seen) != 0 || !S_ISREG(seen.st_mode)) return;
    } catch (const Failure&) {  // a link out of the root, or a file that this user may not see
      return;
    }
    found_.push_back(describe(key, seen));
  }

  const RootFolder& root_;
  const ListingRequest& request_;
  const std::atomic<bool>& withdrawn_;
  std::vector<StoredObject> found_;
};

}  // namespace

std::vector<StoredObject> list_objects(const RootFolder& root, const ListingRequest& request,
                                       const std::atomic<bool>& withdrawn) {
  Walk walk(root, request, withdrawn);
  if (request.limit > 0) walk.folder("");
  return walk.take();
}

}  // namespace wyvern::local
