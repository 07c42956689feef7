#include "database_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace wyvern::sqlite {

namespace {

// A controller that was killed while it started a worker leaves its lock to the half-started child for a moment.
constexpr int kLockAttempts = 100;
constexpr timespec kLockPause{0, 10'000'000};

Failure cannot(const std::string& what, const std::string& path, int error) {
  const std::string reason = std::generic_category().message(error);
  const bool full = error == ENOSPC || error == EDQUOT;
  return {full ? WYV_EXHAUSTED : WYV_DENIED, full ? "store.full" : "store.cannot_open",
          "cannot " + what + " '" + path + "': " + reason +
              (full ? "; free some space" : "; check the path and that this user may write there"),
          reason};
}

}  // namespace

DatabaseFile::DatabaseFile(const std::string& path, const Context& context) {
  make(path);
  lock(context);
}

DatabaseFile::~DatabaseFile() {
  if (lock_ >= 0) ::close(lock_);
}

void DatabaseFile::make(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  const fs::path folder = absolute.parent_path();
  if (!fs::exists(folder, error)) {
    fs::path missing;
    for (const auto& part : folder) {
      missing /= part;
      if (::mkdir(missing.c_str(), 0700) != 0 && errno != EEXIST)
        throw cannot("make the folder of the database,", missing, errno);
    }
  }
  struct stat found {};
  if (::stat(absolute.c_str(), &found) == 0) {
    if (!S_ISREG(found.st_mode))
      throw Failure(WYV_INVALID, "store.no_file",
                    "the database '" + absolute.string() +
                        (S_ISDIR(found.st_mode) ? "' is a folder; name a file in it" : "' is not a regular file"));
  } else {
    const int made = ::open(absolute.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (made < 0) throw cannot("make the database", absolute, errno);
    ::close(made);
  }
  path_ = fs::canonical(absolute, error).string();
  if (error) throw cannot("find the database", absolute, error.value());
}

void DatabaseFile::lock(const Context& context) {
  const std::string path = path_ + ".lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) throw cannot("make the lock of the database,", path, errno);
  for (int attempt = 0; ::flock(lock_, LOCK_EX | LOCK_NB) != 0; ++attempt) {
    const int error = errno;
    const bool give_up = error != EWOULDBLOCK || attempt >= kLockAttempts || context.expired() || context.cancelled();
    if (!give_up) {
      nanosleep(&kLockPause, nullptr);
      continue;
    }
    char holder[32] = {};
    const auto size = ::pread(lock_, holder, sizeof holder - 1, 0);
    ::close(lock_);
    lock_ = -1;
    if (error != EWOULDBLOCK) throw cannot("lock", path, error);
    throw Failure(WYV_CONFLICT, "store.in_use",
                  "the database '" + path_ + "' is in use by process " + (size > 0 ? holder : "?") +
                      "; stop that wyvernd, or give this one a database of its own",
                  path);
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(lock_, 0) != 0 || ::pwrite(lock_, pid.data(), pid.size(), 0) < 0) {
    const int error = errno;
    ::close(lock_);
    lock_ = -1;
    throw cannot("write", path, error);
  }
}

}  // namespace wyvern::sqlite
