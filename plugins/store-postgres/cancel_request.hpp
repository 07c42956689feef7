// Asks the server to end what runs on a connection. libpq blocks for that, without a deadline: so it is done aside.
#pragma once

#include <libpq-fe.h>
#include <signal.h>

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace wyvern::postgres {

class CancelRequest {
 public:
  explicit CancelRequest(PGconn* connection) {
    std::promise<void> promise;
    done_ = promise.get_future();
    std::shared_ptr<PGcancel> request(PQgetCancel(connection), [](PGcancel* one) { PQfreeCancel(one); });
    // Not joined: it touches nothing of ours, and a server that hangs may keep it for as long as that lasts.
    std::thread([request = std::move(request), promise = std::move(promise)]() mutable {
      sigset_t pipe;
      sigemptyset(&pipe);
      sigaddset(&pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
      char ignored[256];
      if (request != nullptr) (void)PQcancel(request.get(), ignored, sizeof ignored);
      promise.set_value();
    }).detach();
  }

  // Whether the server has taken it: from then on it cannot hit a later statement.
  bool taken_within(std::chrono::nanoseconds time) const { return done_.wait_for(time) == std::future_status::ready; }

 private:
  std::future<void> done_;
};

}  // namespace wyvern::postgres
