// What is to be started, read and checked. The shape is in abi/runtime.h.
#pragma once

#include <sys/resource.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "wyvern/plugin.hpp"

namespace wyvern::process {

struct WorkloadSpec {
  std::map<std::string, std::string> labels;
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;  // whole: what is inherited and what the caller gave
  std::string directory = "/";
  std::string log;  // empty: in the workload's own folder
  std::vector<std::pair<int, rlimit>> limits;

  // The program to execute: argv[0], looked up in the workload's own PATH when it has no slash.
  std::string program() const;
};

// Throws WYV_INVALID with a message that names the field, WYV_UNSUPPORTED for a limit that a process cannot have.
// devices, mounts and ports ask for nothing here: a process sees those of its machine.
WorkloadSpec read_spec(const Json& json);

// Label values by name, from {"k":"v"}; throws WYV_INVALID.
std::map<std::string, std::string> read_labels(const Json& json);

}  // namespace wyvern::process
