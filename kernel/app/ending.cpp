#include "app/ending.hpp"

#include <unistd.h>

#include "wyvern/abi/host.h"

namespace wyvern::app {

void end_at_once(Process& process, const std::string& reason) {
  process.log("app", WYV_LOG_ERROR, "the process ends at once: " + reason);
  process.host().log().flush();
  ::_exit(1);
}

EndDeadline::EndDeadline(Process& process, std::chrono::milliseconds within)
    : thread_([this, &process, within] {
        std::unique_lock lock(mutex_);
        if (wake_.wait_for(lock, within, [this] { return ended_; })) return;
        end_at_once(process, "it was told to end and has not within " + std::to_string(within.count()) +
                                 " ms; a call to a plugin does not return");
      }) {}

EndDeadline::~EndDeadline() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

}  // namespace wyvern::app
