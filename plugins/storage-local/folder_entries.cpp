#include "folder_entries.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

#include "root_folder.hpp"

namespace wyvern::local {

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

FolderEntry::Kind kind_of(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR ? FolderEntry::Kind::folder : FolderEntry::Kind::other;
  struct stat found {};  // some file systems do not say it in the folder
  const bool known = ::fstatat(folder, entry.d_name, &found, AT_SYMLINK_NOFOLLOW) == 0;
  return known && S_ISDIR(found.st_mode) ? FolderEntry::Kind::folder : FolderEntry::Kind::other;
}

}  // namespace

std::vector<FolderEntry> folder_entries(const FileDescriptor& folder, std::string_view path) {
  const int own = ::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0);  // closedir takes it along
  if (own < 0) throw io_failure(path, "read the folder", errno);
  const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(own));
  if (stream == nullptr) {
    const int error = errno;
    ::close(own);
    throw io_failure(path, "read the folder", error);
  }
  std::vector<FolderEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): the stream is this call's own
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") entries.push_back({std::string(name), kind_of(folder.get(), *entry)});
  }
  if (errno != 0) throw io_failure(path, "read the folder", errno);
  return entries;
}

}  // namespace wyvern::local
