// The signals that end or wake the program, taken by one thread.
#pragma once

namespace wyvern::app {

// Blocks SIGTERM, SIGINT and SIGHUP for this thread and all that it starts; ignores SIGPIPE. Before any thread.
void hold_signals();

// Waits for SIGTERM or SIGINT. Returns the signal.
int wait_for_end();

}  // namespace wyvern::app
