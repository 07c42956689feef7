// The end of a process in which a plugin's thread will not return: nothing short of ending the process frees it, and
// whoever destroys what it still uses waits for ever or crashes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "app/process.hpp"

namespace wyvern::app {

// Ends the process with status 1, after a line in the log. No destructor runs.
[[noreturn]] void end_at_once(Process& process, const std::string& reason);

// From its making on the process has `within` to end; when it has not, it is ended. Given up with the object, which has
// to go before the process does.
class EndDeadline {
 public:
  EndDeadline(Process& process, std::chrono::milliseconds within);
  ~EndDeadline();
  EndDeadline(const EndDeadline&) = delete;
  EndDeadline& operator=(const EndDeadline&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace wyvern::app
