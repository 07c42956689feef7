/* Ends a workload when its controller is gone. */
#define AWAIT(pid, info) await_either(pid, &(info))
#define AT_START(self) (controller = getpid())
#include <sys/wait.h>
static pid_t controller;
static void await_either(pid_t pid, siginfo_t* info);
#include "good/runtime.h"

static void await_either(pid_t pid, siginfo_t* info) {
  for (info->si_pid = 0; info->si_pid == 0; nap(10)) {
    if (kill(controller, 0) != 0) kill(-pid, SIGKILL);
    waitid(P_PID, (id_t)pid, info, WEXITED | WNOWAIT | WNOHANG);
  }
}
