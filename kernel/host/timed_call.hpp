// A call into a plugin that may not come back.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "wyvern/abi/base.h"
#include "wyvern/result.hpp"

namespace wyvern::host {

struct TimedOutcome {
  Result<void> result;
  bool stuck = false;  // it had not come back when the grace was over either
};

// Runs `body` on a thread of its own and waits for it. After `deadline` the context says "cancelled" and `overrun` is
// called once; after `grace` more, the thread is abandoned. A call that comes back in between has failed all the same.
// `body` must own, or share, whatever it touches: an abandoned one goes on after this returned.
TimedOutcome timed_call(std::chrono::milliseconds deadline, std::chrono::milliseconds grace,
                        std::function<wyv_status(const wyv_context*)> body, const std::function<void()>& overrun);

}  // namespace wyvern::host
