// What a workload's leader leaves behind when it ends: the rest of its session.
#pragma once

#include <string>

#include "process_identity.hpp"

namespace wyvern::process {

// Kills what still runs of the session that `leader` led. Returns true when nothing does any more. To be called while
// the leader's end is fresh, or while it has not been reaped: its number is not another's then.
bool kill_session(pid_t leader);

// The same long after, when the number may have been given to others: kills only what also still writes to `log`.
void kill_left_behind(const ProcessIdentity& leader, const std::string& log);

}  // namespace wyvern::process
