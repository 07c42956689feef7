// A workload's log: a file that the workload itself appends to, so that it is written while no controller runs.
#pragma once

#include <cstdint>
#include <string>

#include "workload.hpp"
#include "wyvern/file_descriptor.hpp"

namespace wyvern::process {

// Opens the log of a workload that is about to be started, and notes where in the file it begins. Throws.
FileDescriptor open_log(Workload& workload);

// The last bytes that the workload printed. Throws.
std::string read_log(const Workload& workload, std::uint64_t tail_bytes);

// Moves a log that has outgrown its limit to "<log>.1". Returns true when it did; the record is to be saved then.
// What the workload prints in that very moment is lost.
bool bound_log(Workload& workload, std::uint64_t limit_bytes);

}  // namespace wyvern::process
