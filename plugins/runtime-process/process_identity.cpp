#include "process_identity.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

namespace wyvern::process {

namespace {

// Files of /proc are small and are read whole by one call.
std::string read_small(const char* path) {
  const FileDescriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  char content[2048];
  const auto size = file ? ::read(file.get(), content, sizeof content) : -1;
  return size > 0 ? std::string(content, static_cast<std::size_t>(size)) : std::string();
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

std::optional<ProcessStatus> process_status(pid_t pid) {
  const std::string stat = read_small(("/proc/" + std::to_string(pid) + "/stat").c_str());
  // The second field is the program's name in parentheses, which may hold anything, parentheses too.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  char state = '?';
  int group = 0;
  int session = 0;
  unsigned long long start = 0;
  const int read = std::sscanf(stat.c_str() + name_end + 1,
                               " %c %*d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state,
                               &group, &session, &start);
  if (read != 4) return std::nullopt;
  return ProcessStatus{pid, state == 'Z' || state == 'X' || state == 'x', group, session, start};
}

std::vector<ProcessStatus> all_processes() {
  std::vector<ProcessStatus> all;
  const std::unique_ptr<DIR, CloseFolder> proc(::opendir("/proc"));
  if (proc == nullptr) return all;
  while (const dirent* entry = ::readdir(proc.get())) {  // NOLINT(concurrency-mt-unsafe): the stream is this call's own
    const char* end = entry->d_name + std::strlen(entry->d_name);
    pid_t pid = 0;
    const auto read = std::from_chars(entry->d_name, end, pid);
    if (read.ec != std::errc() || read.ptr != end) continue;
    if (const auto status = process_status(pid)) all.push_back(*status);
  }
  return all;
}

std::string current_boot_id() {
  std::string id = read_small("/proc/sys/kernel/random/boot_id");
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

FileDescriptor open_pidfd(pid_t pid) { return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

FileDescriptor open_process(const ProcessIdentity& identity) {
  if (identity.pid <= 0 || identity.boot_id != current_boot_id()) return {};
  FileDescriptor pidfd = open_pidfd(identity.pid);
  // In this order: when the process is the right one now, the descriptor that was opened before cannot be another's.
  const auto status = process_status(identity.pid);
  if (!status || status->start_ticks != identity.start_ticks) return {};
  return pidfd;
}

bool send_signal(const FileDescriptor& pidfd, int signal) {
  return ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0;
}

}  // namespace wyvern::process
