// The configured storages, called so that one which hangs costs its caller no more than the deadline.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wyvern/abi/storage.h"
#include "wyvern/result.hpp"

namespace wyvern::staging {

// A started storage. Table and instance outlive the Storages.
struct StorageAccess {
  std::string name;  // the instance's key in the configuration
  const wyv_storage_v1* table = nullptr;
  wyv_instance* instance = nullptr;
};

struct ObjectInfo {
  std::uint64_t size_bytes = 0;
  std::string version;
};

// An object being read. One thread at a time.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  // At most `capacity` bytes, valid until the next call; empty only at the end.
  virtual Result<std::string_view> read(std::size_t capacity) = 0;
};

// One storage. Any thread. A storage may sit on a mount that is there but dead, where no deadline is kept: so each call
// runs on a thread of its own, which is left behind when the deadline passes. While as many as `most_hanging` calls
// hang, further ones are refused at once.
class Storage {
 public:
  static constexpr int most_hanging = 4;

  Storage(StorageAccess access, std::chrono::milliseconds timeout);

  const std::string& name() const;
  // Each fails with the storage's own error, "storage.timeout" or "storage.hangs". `cancelled` ends a wait early.
  Result<ObjectInfo> stat(const std::string& key, const std::atomic<bool>* cancelled = nullptr) const;
  Result<std::unique_ptr<ObjectReader>> open(const std::string& key, const std::string& version,
                                             std::uint64_t offset_bytes,
                                             const std::atomic<bool>* cancelled = nullptr) const;
  // A path on this machine, or nothing when this storage has none.
  Result<std::optional<std::string>> local_path(const std::string& key,
                                                const std::atomic<bool>* cancelled = nullptr) const;
  // Calls that did not come back by their deadline and still have not.
  int hanging() const;

 private:
  struct Line;
  std::shared_ptr<Line> line_;
};

// All of them, in the order of the configuration.
class Storages {
 public:
  explicit Storages(const std::vector<StorageAccess>& all,
                    std::chrono::milliseconds timeout = std::chrono::seconds(20));

  // Null when there is none of that name.
  const Storage* find(std::string_view name) const;
  // The first configured one; null when there is none.
  const Storage* first() const;
  std::vector<std::string> names() const;
  // True while calls hang inside a plugin: its instance cannot be destroyed, only the process can end.
  bool hanging() const;

 private:
  std::vector<Storage> all_;
};

}  // namespace wyvern::staging
