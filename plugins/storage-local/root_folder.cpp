#include "root_folder.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace wyvern::local {

namespace {

// The kernel asks for another try when something on the way was renamed meanwhile.
constexpr int kAttempts = 64;

int open_beneath(int root, const char* relative, int flags) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags) | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 0;; ++attempt) {
    const auto opened = static_cast<int>(::syscall(SYS_openat2, root, relative, &how, sizeof how));
    if (opened >= 0 || (errno != EAGAIN && errno != EINTR) || attempt == kAttempts) return opened;
  }
}

std::string reason_of(int error) { return std::generic_category().message(error); }

}  // namespace

Failure not_found(std::string_view key) {
  return {WYV_NOT_FOUND, "storage.not_found", "there is no object '" + std::string(key) + "'"};
}

Failure io_failure(std::string_view key, const char* doing, int error) {
  const std::string what = std::string("cannot ") + doing + " '" + std::string(key) + "': " + reason_of(error);
  switch (error) {
    case ENOENT:
      return not_found(key);
    case ENOTDIR:
    case EISDIR:
      return {WYV_CONFLICT, "storage.folder", what + "; an object and a folder cannot have the same key", {}};
    case ENAMETOOLONG:
    case ELOOP:
      return {WYV_INVALID, "storage.bad_key", what};
    case EACCES:
    case EPERM:
      return {WYV_DENIED, "storage.denied", what + "; give this user access to it"};
    case EROFS:
      return {WYV_DENIED, "storage.read_only", what};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {WYV_EXHAUSTED, "storage.full", what + "; free some space"};
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return {WYV_EXHAUSTED, "storage.descriptors", what};
    default:
      return {WYV_UNAVAILABLE, "storage.io", what + "; look into the system's log"};
  }
}

RootFolder::RootFolder(const std::string& path, bool for_writing)
    : root_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  if (!root_) {
    const int error = errno;
    if (error == ENOENT)
      throw Failure(WYV_NOT_FOUND, "storage.no_root",
                    "the storage's root '" + path + "' does not exist; make it, mount it, or correct 'root'");
    if (error == ENOTDIR)
      throw Failure(WYV_INVALID, "storage.no_root",
                    "the storage's root '" + path + "' is not a folder; correct 'root'");
    throw io_failure(path, "open the storage's root", error);
  }
  char resolved[PATH_MAX];
  if (::realpath(path.c_str(), resolved) == nullptr) throw io_failure(path, "find the storage's root", errno);
  path_ = resolved;
  const int access = for_writing ? R_OK | W_OK | X_OK : R_OK | X_OK;
  if (::faccessat(AT_FDCWD, resolved, access, AT_EACCESS) != 0)
    throw io_failure(path, for_writing ? "write in the storage's root" : "read the storage's root", errno);
  const FileDescriptor probe(open_beneath(root_.get(), ".", O_PATH));
  if (!probe && (errno == ENOSYS || errno == EPERM))
    throw Failure(
        WYV_UNSUPPORTED, "storage.openat2",
        "this system does not let a program open files beneath a folder only (openat2, Linux 5.6); allow it in "
        "the container's seccomp profile, or use a newer kernel");
}

FileDescriptor RootFolder::open(const std::string& relative, int flags) const {
  FileDescriptor opened(open_beneath(root_.get(), relative.c_str(), flags));
  if (opened || errno == ENOENT || errno == ENOTDIR) return opened;
  if (errno == EXDEV)
    throw Failure(WYV_INVALID, "storage.bad_key",
                  "the key '" + relative + "' leads out of the storage's root through a symbolic link");
  throw io_failure(relative, "open", errno);
}

FileDescriptor RootFolder::open_or_make_folder(const std::string& relative) const {
  if (auto found = open(relative, O_RDONLY | O_DIRECTORY)) return found;
  if (errno == ENOTDIR) throw io_failure(relative, "make the folder", ENOTDIR);
  FileDescriptor parent = open(".", O_RDONLY | O_DIRECTORY);
  for (std::size_t begin = 0; begin < relative.size();) {
    const std::size_t end = std::min(relative.find('/', begin), relative.size());
    const std::string part = relative.substr(begin, end - begin);
    if (::mkdirat(parent.get(), part.c_str(), 0755) == 0) {
      if (::fsync(parent.get()) != 0) throw io_failure(relative, "make the folder", errno);
    } else if (errno != EEXIST) {
      throw io_failure(relative, "make the folder", errno);
    }
    // From the root again, not from the parent: a part may be a link to another place below the root.
    parent = open(relative.substr(0, end), O_RDONLY | O_DIRECTORY);
    if (!parent) throw io_failure(relative, "make the folder", errno);
    begin = end + 1;
  }
  return parent;
}

FileDescriptor RootFolder::open_object(std::string_view key) const {
  // NONBLOCK: a named pipe must not stop us, and means nothing to a regular file.
  FileDescriptor opened = open(std::string(key), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!opened) throw not_found(key);
  struct stat found {};
  if (::fstat(opened.get(), &found) != 0) throw io_failure(key, "look at", errno);
  if (!S_ISREG(found.st_mode)) throw not_found(key);
  return opened;
}

StoredObject describe(std::string_view key, const struct stat& found) {
  const auto nanoseconds = [](const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; };
  char version[128];
  std::snprintf(version, sizeof version, "%llx-%llx-%llx-%llx-%llx", static_cast<unsigned long long>(found.st_dev),
                static_cast<unsigned long long>(found.st_ino), static_cast<unsigned long long>(found.st_size),
                static_cast<unsigned long long>(nanoseconds(found.st_mtim)),
                static_cast<unsigned long long>(nanoseconds(found.st_ctim)));
  return {std::string(key), static_cast<std::uint64_t>(found.st_size), version, nanoseconds(found.st_mtim) / 1000};
}

}  // namespace wyvern::local
