// Copying one object out of a storage into the cache's folder, verified on the way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "staging/media_cache.hpp"
#include "staging/queue.hpp"
#include "staging/storage.hpp"

namespace wyvern::staging {

// A file that is removed when nobody wants it any more, unless it was renamed meanwhile.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// What of an asset a copy needs.
struct Source {
  std::string asset_id;
  std::string storage;
  std::string key;
  std::string filename;
};

struct Copied {
  std::shared_ptr<TemporaryFile> file;  // synced to the disk; removed with the last owner
  StagedCopy copy;
};

// Makes room, reads the object in the version that it has now, hashes it, and checks that it was whole and did not
// change. Throws Failure: retryable for what a later attempt may mend, such as "storage.changed" or
// "storage.short_read".
Copied copy_object(MediaCache& cache, CacheDirectory& directory, const Storages& storages, const Source& source,
                   Work& work);

// Reads the whole object and returns its checksum, writing nothing. Checked in the same way.
std::string hash_object(const Storage& storage, const Source& source, const ObjectInfo& object, Work& work);

// The storage that an asset names; throws Failure "storage.unknown", naming those there are.
const Storage& storage_of(const Storages& storages, const std::string& name);

}  // namespace wyvern::staging
