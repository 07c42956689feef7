#include "ended_session.hpp"

#include <signal.h>
#include <sys/stat.h>

namespace wyvern::process {

namespace {

bool belongs(const ProcessStatus& status, pid_t leader) {
  return status.pid != leader && !status.ended && (status.session == leader || status.group == leader);
}

// Through a pidfd, and looked at again behind it, so that the signal reaches that process or none.
void kill_member(const ProcessStatus& member) {
  const FileDescriptor pidfd = open_pidfd(member.pid);
  const auto now = process_status(member.pid);
  if (pidfd && now && now->start_ticks == member.start_ticks) send_signal(pidfd, SIGKILL);
}

bool writes_to(pid_t pid, const struct stat& log) {
  for (const char* stream : {"/fd/1", "/fd/2"}) {
    struct stat found {};
    const std::string path = "/proc/" + std::to_string(pid) + stream;
    if (::stat(path.c_str(), &found) == 0 && found.st_dev == log.st_dev && found.st_ino == log.st_ino) return true;
  }
  return false;
}

}  // namespace

bool kill_session(pid_t leader) {
  bool empty = true;
  for (const auto& status : all_processes()) {
    if (!belongs(status, leader)) continue;
    empty = false;
    kill_member(status);
  }
  return empty;
}

void kill_left_behind(const ProcessIdentity& leader, const std::string& log) {
  struct stat written {};
  if (leader.boot_id != current_boot_id() || ::stat(log.c_str(), &written) != 0) return;
  for (const auto& status : all_processes())
    if (belongs(status, leader.pid) && status.start_ticks >= leader.start_ticks && writes_to(status.pid, written))
      kill_member(status);
}

}  // namespace wyvern::process
