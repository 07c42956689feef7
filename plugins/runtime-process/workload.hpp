// A workload as it is remembered, and as callers see it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "process_identity.hpp"
#include "wyvern/plugin.hpp"

namespace wyvern::process {

struct Workload {
  std::string handle;
  std::map<std::string, std::string> labels;
  std::string program;  // for people who read the record; the environment, which may hold secrets, is not kept
  std::string log;
  std::uint64_t log_start_bytes = 0;  // the log was this long before: what stands there is another's
  bool log_rotated = false;           // the beginning is in "<log>.1"
  ProcessIdentity process;            // pid 0: it was about to be started
  std::int64_t started_us = 0;
  bool ended = false;
  std::int64_t ended_us = 0;
  std::optional<int> exit_code;  // nothing where it cannot be known
  std::optional<int> signal;

  bool has(const std::map<std::string, std::string>& wanted) const;
  // Same wyvern.kind, wyvern.id and wyvern.epoch. Workloads that lack one of them are never the same.
  bool same_work(const std::map<std::string, std::string>& others) const;

  Json for_callers() const;
  Json for_record() const;
  // Throws a JSON exception for what is no record.
  static Workload from_record(const Json& record);
};

std::int64_t now_us();

}  // namespace wyvern::process
