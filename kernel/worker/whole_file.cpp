#include "worker/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace wyvern::worker {

Error disk_error(int fault, std::string_view step, const std::filesystem::path& path) {
  const std::string message =
      "cannot " + std::string(step) + " " + path.string() + ": " + std::generic_category().message(fault);
  switch (fault) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {WYV_EXHAUSTED, "worker.disk_full", message + "; free some space there", "", true};
    case EACCES:
    case EPERM:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
      return {WYV_DENIED, "worker.disk_refused", message + "; check the path and who may write there", "", false};
    default:
      return {WYV_UNAVAILABLE, "worker.disk", message, "", true};
  }
}

void sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  (void)::fsync(descriptor);
  (void)::close(descriptor);
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view text, Survives survives) {
  const std::filesystem::path temporary = path.string() + ".new";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return disk_error(errno, "create", temporary);
  const auto failed = [&](std::string_view step) {
    const int fault = errno;
    (void)::close(descriptor);
    (void)::unlink(temporary.c_str());
    return disk_error(fault, step, temporary);
  };
  while (!text.empty()) {
    const auto count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("write");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (survives == Survives::power_loss && ::fdatasync(descriptor) != 0) return failed("sync");
  if (::close(descriptor) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int fault = errno;
    (void)::unlink(temporary.c_str());
    return disk_error(fault, "replace", path);
  }
  if (survives == Survives::power_loss) sync_directory(path.parent_path());
  return {};
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return std::nullopt;
  return std::move(text).str();
}

}  // namespace wyvern::worker
