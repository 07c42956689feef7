// Starts a process that is on record before it does anything, and that outlives this one.
#pragma once

#include <functional>
#include <string>

#include "process_identity.hpp"
#include "workload_spec.hpp"
#include "wyvern/file_descriptor.hpp"

namespace wyvern::process {

struct Launched {
  ProcessIdentity process;
  FileDescriptor pidfd;
};

// The child waits until `recorded` has returned, and ends by itself when this process dies before that: so at every
// moment there is either no process or one on record. It leads a session of its own, with `log` as its output and no
// other descriptor of ours. Returns when the program runs; whatever fails, nothing is left running. Throws, also what
// `recorded` throws.
Launched launch(const WorkloadSpec& spec, const FileDescriptor& log,
                const std::function<void(const ProcessIdentity&)>& recorded, const Context& context);

// Ends a process of ours that has just been launched, with its whole group, and reaps it.
void take_back(pid_t pid);

}  // namespace wyvern::process
