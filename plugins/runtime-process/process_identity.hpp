// Which process it is: its number alone is used again, its number with its start time and the machine's boot is not.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wyvern/file_descriptor.hpp"

namespace wyvern::process {

struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  // after the boot, field 22 of /proc/PID/stat
  std::string boot_id;
};

struct ProcessStatus {
  pid_t pid = 0;
  bool ended = false;  // a zombie, or about to be none
  pid_t group = 0;
  pid_t session = 0;
  std::uint64_t start_ticks = 0;
};

// Nothing when there is no such process.
std::optional<ProcessStatus> process_status(pid_t pid);
// Every process that this one may see.
std::vector<ProcessStatus> all_processes();

std::string current_boot_id();

// A pidfd of exactly that process, ended or not; empty when it is gone.
FileDescriptor open_process(const ProcessIdentity& identity);
FileDescriptor open_pidfd(pid_t pid);
// Returns false when it is gone already.
bool send_signal(const FileDescriptor& pidfd, int signal);

}  // namespace wyvern::process
