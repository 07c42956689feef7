#include "staging/cache_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "store/store.hpp"
#include "wyvern/result.hpp"

namespace wyvern::staging {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t id_size = 36;

std::string reason(int error) { return std::generic_category().message(error); }

// ".mp4" of "Clip.MP4"; nothing for what is no plain extension.
std::string extension_of(std::string_view filename) {
  const auto dot = filename.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == filename.size() || filename.size() - dot > 11) return {};
  std::string extension(filename.substr(dot));
  for (std::size_t i = 1; i < extension.size(); ++i) {
    char& c = extension[i];
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) return {};
  }
  return extension;
}

bool is_temporary(std::string_view name) { return name.ends_with(".tmp"); }

// A name that file_for or temporary_for could have made.
bool is_ours(std::string_view name) {
  if (name.size() < id_size || !store::is_uuid(name.substr(0, id_size))) return false;
  return name.size() == id_size || name[id_size] == '.';
}

}  // namespace

struct Reservation::Ledger {
  std::mutex mutex;
  std::uint64_t reserved = 0;
};

Reservation::Reservation(std::shared_ptr<Ledger> ledger, std::uint64_t bytes)
    : ledger_(std::move(ledger)), left_(bytes) {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->reserved += bytes;
}

Reservation::Reservation(Reservation&& other) noexcept
    : ledger_(std::move(other.ledger_)), left_(std::exchange(other.left_, 0)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    give_back();
    ledger_ = std::move(other.ledger_);
    left_ = std::exchange(other.left_, 0);
  }
  return *this;
}

Reservation::~Reservation() { give_back(); }

void Reservation::written(std::uint64_t bytes) {
  if (!ledger_) return;
  const std::uint64_t less = std::min(bytes, left_);
  left_ -= less;
  const std::lock_guard lock(ledger_->mutex);
  ledger_->reserved -= less;
}

void Reservation::give_back() noexcept {
  if (ledger_) written(left_);
}

CacheDirectory::CacheDirectory(fs::path path)
    : path_(std::move(path)), ledger_(std::make_shared<Reservation::Ledger>()) {
  std::error_code fault;
  fs::create_directories(path_, fault);
  const auto lock_path = path_ / ".lock";
  lock_ = fault ? -1 : ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) {
    throw Failure(WYV_UNAVAILABLE, "cache.directory",
                  "the media cache's folder " + path_.string() +
                      " cannot be made or written; give this user the right to it, or set staging.cache_dir",
                  fault ? fault.message() : reason(errno));
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw Failure(WYV_CONFLICT, "cache.in_use",
                  "the media cache's folder " + path_.string() +
                      " is used by another running process; stop that one, or set staging.cache_dir to another folder");
  }
  std::array<char, id_size> held{};
  if (::pread(lock_, held.data(), held.size(), 0) == static_cast<ssize_t>(id_size) &&
      store::is_uuid({held.data(), id_size})) {
    identity_.assign(held.data(), id_size);
    return;
  }
  identity_ = store::new_uuid();
  if (::pwrite(lock_, identity_.data(), id_size, 0) != static_cast<ssize_t>(id_size) || ::fsync(lock_) != 0) {
    const int error = errno;
    ::close(lock_);
    throw Failure(WYV_EXHAUSTED, "cache.directory",
                  "the media cache's folder " + path_.string() + " cannot be written; make room on its disk",
                  reason(error));
  }
}

CacheDirectory::~CacheDirectory() { ::close(lock_); }

fs::path CacheDirectory::file_for(std::string_view asset_id, std::string_view filename) const {
  return path_ / (std::string(asset_id) + extension_of(filename));
}

fs::path CacheDirectory::temporary_for(std::string_view asset_id, std::string_view job_id, std::int64_t attempt) const {
  return path_ / (std::string(asset_id) + "." + std::string(job_id) + "." + std::to_string(attempt) + ".tmp");
}

void CacheDirectory::remove_temporaries(std::string_view asset_id, const fs::path& but_not) const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path_, ignored)) {
    const auto name = entry.path().filename().string();
    if (is_ours(name) && is_temporary(name) && name.starts_with(asset_id) && entry.path() != but_not) {
      fs::remove(entry.path(), ignored);
    }
  }
}

void CacheDirectory::sweep(const std::function<bool(const fs::path&)>& keep) const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path_, ignored)) {
    const auto name = entry.path().filename().string();
    if (!is_ours(name) || !entry.is_regular_file(ignored)) continue;
    if (is_temporary(name) || !keep(entry.path())) fs::remove(entry.path(), ignored);
  }
}

void CacheDirectory::sync() const {
  const int folder = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = folder >= 0 && ::fsync(folder) == 0;
  const int error = errno;
  if (folder >= 0) ::close(folder);
  if (!done) {
    throw Failure(WYV_INTERNAL, "cache.directory", "the media cache's folder " + path_.string() + " cannot be synced",
                  reason(error));
  }
}

std::uint64_t CacheDirectory::free_bytes() const {
  struct statvfs disk {};
  if (::statvfs(path_.c_str(), &disk) != 0) {
    throw Failure(WYV_INTERNAL, "cache.directory",
                  "the free room of the media cache's folder " + path_.string() + " cannot be read", reason(errno));
  }
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  const std::uint64_t taken = reserved_bytes() + margin_bytes;
  return free > taken ? free - taken : 0;
}

std::uint64_t CacheDirectory::reserved_bytes() const {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->reserved;
}

Reservation CacheDirectory::reserve(std::uint64_t bytes) const { return {ledger_, bytes}; }

}  // namespace wyvern::staging
