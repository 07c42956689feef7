#include "temporary.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "folder_entries.hpp"
#include "object_key.hpp"

namespace wyvern::local {

namespace {

std::string temporary_name() {
  std::uint64_t number[2];
  if (::getrandom(number, sizeof number, 0) != sizeof number) throw io_failure("", "draw a random name", errno);
  char name[64];
  std::snprintf(name, sizeof name, "%s%016llx%016llx", std::string(kTemporaryPrefix).c_str(),
                static_cast<unsigned long long>(number[0]), static_cast<unsigned long long>(number[1]));
  return name;
}

// Locks a temporary and makes sure that it still is under its name: another may have removed it in between. Where a
// file system knows no locks, nobody removes what was left behind either.
bool lock_new(int file) {
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
  struct stat found {};
  return ::fstat(file, &found) == 0 && found.st_nlink == 1;
}

bool remove_if_abandoned(int folder, const char* name) {
  const FileDescriptor file(::openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  return file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && ::unlinkat(folder, name, 0) == 0;
}

}  // namespace

Temporary::Temporary(const RootFolder& root, std::string key) : key_(std::move(key)) {
  auto [folder, name] = split_key(key_);
  name_ = std::move(name);
  folder_ = root.open_or_make_folder(folder);
  struct stat found {};
  if (::fstatat(folder_.get(), name_.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(found.st_mode))
    throw io_failure(key_, "write", EISDIR);
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    temporary_ = temporary_name();
    file_ = FileDescriptor(
        ::openat(folder_.get(), temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!file_) throw io_failure(key_, "write", errno);
    if (lock_new(file_.get())) return;
  }
  throw io_failure(key_, "lock the new file of", EBUSY);
}

Temporary::~Temporary() {
  if (file_ && !temporary_.empty()) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
}

void Temporary::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw io_failure(key_, "write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Temporary::publish(const std::atomic<bool>& withdrawn) {
  if (::fsync(file_.get()) != 0) throw io_failure(key_, "write", errno);
  if (withdrawn) return;
  if (::renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) != 0)
    throw io_failure(key_, "write", errno);
  temporary_.clear();
  if (::fsync(folder_.get()) != 0) throw io_failure(key_, "write", errno);
}

std::size_t remove_abandoned(const RootFolder& root, const std::atomic<bool>& ending) {
  std::size_t removed = 0;
  std::vector<std::string> folders{"."};
  while (!folders.empty() && !ending) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    const FileDescriptor opened = root.open(folder, O_RDONLY | O_DIRECTORY);
    if (!opened) continue;
    for (const auto& entry : folder_entries(opened, folder)) {
      if (entry.kind == FolderEntry::Kind::folder)
        folders.push_back(folder == "." ? entry.name : folder + "/" + entry.name);
      else if (entry.name.starts_with(kTemporaryPrefix) && remove_if_abandoned(opened.get(), entry.name.c_str()))
        ++removed;
    }
  }
  return removed;
}

}  // namespace wyvern::local
