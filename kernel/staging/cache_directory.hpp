// The folder of the media cache: who owns it, what its files are called, and the room that copies have reserved.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace wyvern::staging {

// Bytes that a copy under way may still write; given back when destroyed. Belongs to one thread.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation();

  // So much has been written: it counts as used space from here on.
  void written(std::uint64_t bytes);

 private:
  friend class CacheDirectory;
  struct Ledger;
  Reservation(std::shared_ptr<Ledger> ledger, std::uint64_t bytes);
  void give_back() noexcept;

  std::shared_ptr<Ledger> ledger_;
  std::uint64_t left_ = 0;
};

// Thread-safe. The folder belongs to one process, held by a lock that ends with the process.
class CacheDirectory {
 public:
  // Left free beyond what a copy needs, for the database and the logs on the same disk.
  static constexpr std::uint64_t margin_bytes = 16 * 1024 * 1024;

  // Makes the folder and takes its lock. Throws Failure "cache.directory" or "cache.in_use", naming the folder.
  explicit CacheDirectory(std::filesystem::path path);
  ~CacheDirectory();
  CacheDirectory(const CacheDirectory&) = delete;
  CacheDirectory& operator=(const CacheDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // A random name that this folder keeps for ever.
  const std::string& identity() const { return identity_; }

  std::filesystem::path file_for(std::string_view asset_id, std::string_view filename) const;
  std::filesystem::path temporary_for(std::string_view asset_id, std::string_view job_id, std::int64_t attempt) const;
  // What earlier attempts at this asset left. `but_not` may be empty.
  void remove_temporaries(std::string_view asset_id, const std::filesystem::path& but_not) const;
  // Removes temporaries, and files that `keep` does not want. Only names that this class could have made: a folder
  // that was configured by mistake loses nothing.
  void sweep(const std::function<bool(const std::filesystem::path&)>& keep) const;
  // The folder's entries are on the disk.
  void sync() const;

  // What is free for copies now, less what they have reserved.
  std::uint64_t free_bytes() const;
  std::uint64_t reserved_bytes() const;
  Reservation reserve(std::uint64_t bytes) const;

 private:
  std::filesystem::path path_;
  std::string identity_;
  int lock_ = -1;
  std::shared_ptr<Reservation::Ledger> ledger_;
};

}  // namespace wyvern::staging
