#include "workload_log.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace wyvern::process {

namespace {

Failure log_failure(const char* doing, const std::string& path, int error) {
  return {error == ENOSPC ? WYV_EXHAUSTED : WYV_DENIED, "runtime.log",
          std::string("cannot ") + doing + " the log '" + path + "': " + std::generic_category().message(error)};
}

// The end of a file, not before `start`, at most `most` bytes. Nothing when there is no such file.
std::string end_of(const std::string& path, std::uint64_t start, std::uint64_t most) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return {};
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0) throw log_failure("read", path, errno);
  const auto size = static_cast<std::uint64_t>(found.st_size);
  if (size <= start) return {};
  std::string content(std::min(size - start, most), '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const auto count = ::pread(file.get(), content.data() + filled, content.size() - filled,
                               static_cast<off_t>(size - content.size() + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw log_failure("read", path, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  content.resize(filled);
  return content;
}

}  // namespace

FileDescriptor open_log(Workload& workload) {
  FileDescriptor file(::open(workload.log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600));
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0) throw log_failure("write", workload.log, errno);
  workload.log_start_bytes = static_cast<std::uint64_t>(found.st_size);
  return file;
}

std::string read_log(const Workload& workload, std::uint64_t tail_bytes) {
  constexpr std::uint64_t kMost = 64U << 20U;  // a caller who wants more reads the file
  tail_bytes = std::min(tail_bytes, kMost);
  std::string tail = end_of(workload.log, workload.log_start_bytes, tail_bytes);
  if (workload.log_rotated && tail.size() < tail_bytes)
    tail.insert(0, end_of(workload.log + ".1", 0, tail_bytes - tail.size()));
  return tail;
}

bool bound_log(Workload& workload, std::uint64_t limit_bytes) {
  struct stat found {};
  if (::stat(workload.log.c_str(), &found) != 0 || !S_ISREG(found.st_mode) ||
      static_cast<std::uint64_t>(found.st_size) <= limit_bytes)
    return false;
  const std::string second = workload.log + ".1";
  const FileDescriptor from(::open(workload.log.c_str(), O_RDWR | O_CLOEXEC));
  const FileDescriptor to(::open(second.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!from || !to) return false;
  // The newest part alone, so that a log that grew while nobody watched does not fill the disk twice.
  off_t offset = std::max<off_t>(0, found.st_size - static_cast<off_t>(limit_bytes));
  for (;;) {
    const auto copied = ::sendfile(to.get(), from.get(), &offset, limit_bytes);
    if (copied == 0) break;
    if (copied < 0) return false;
  }
  if (::ftruncate(from.get(), 0) != 0) return false;
  workload.log_start_bytes = 0;
  workload.log_rotated = true;
  return true;
}

}  // namespace wyvern::process
