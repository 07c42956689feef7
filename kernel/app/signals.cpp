#include "app/signals.hpp"

#include <csignal>

namespace wyvern::app {
namespace {

sigset_t ours() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void hold_signals() {
  const sigset_t set = ours();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  (void)std::signal(SIGPIPE, SIG_IGN);
}

int wait_for_end() {
  const sigset_t set = ours();
  for (;;) {
    int signal = 0;
    if (sigwait(&set, &signal) == 0 && signal != SIGHUP) return signal;
  }
}

}  // namespace wyvern::app
