#include "launch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace wyvern::process {

namespace {

// What the child says before it ends without having become the program.
struct Fault {
  enum Step : int { descriptors, session, limits, directory, program };
  Step step;
  int error;
};

// All that the child needs, made before the fork: after it, only calls that are safe in a signal handler.
struct Plan {
  std::string program;
  std::string directory;
  std::vector<std::string> strings;
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::vector<std::pair<int, rlimit>> limits;
  int null;
  int log;
  int fault;  // written to by the child, closed by a successful exec
  int gate;   // one byte lets the child go; its end makes the child end
};

Failure no_descriptors(int error) {
  return {error == ENOMEM || error == EAGAIN || error == EMFILE || error == ENFILE ? WYV_EXHAUSTED : WYV_INTERNAL,
          "runtime.fork", "the system has no room for another process: " + std::generic_category().message(error)};
}

// Above the numbers that the child gives to its standard streams.
FileDescriptor raised(int raw) {
  constexpr int kLowest = 10;
  if (raw < 0) throw no_descriptors(errno);
  const FileDescriptor low(raw);
  FileDescriptor high(::fcntl(low.get(), F_DUPFD_CLOEXEC, kLowest));
  if (!high) throw no_descriptors(errno);
  return high;
}

struct Pipe {
  FileDescriptor reading;
  FileDescriptor writing;

  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw no_descriptors(errno);
    FileDescriptor second(ends[1]);
    reading = raised(ends[0]);
    writing = FileDescriptor(::fcntl(second.get(), F_DUPFD_CLOEXEC, 10));
    if (!writing) throw no_descriptors(errno);
  }
};

[[noreturn]] void fail(int to, Fault::Step step) {
  const Fault fault{step, errno};
  (void)!::write(to, &fault, sizeof fault);
  ::_exit(127);
}

[[noreturn]] void become(const Plan& plan) {
  constexpr int kFault = 3;
  constexpr int kGate = 4;
  const bool placed = ::dup2(plan.null, STDIN_FILENO) >= 0 && ::dup2(plan.log, STDOUT_FILENO) >= 0 &&
                      ::dup2(plan.log, STDERR_FILENO) >= 0 && ::dup3(plan.fault, kFault, O_CLOEXEC) >= 0 &&
                      ::dup2(plan.gate, kGate) >= 0 && ::close_range(kGate + 1, ~0U, 0) == 0;
  if (!placed) fail(plan.fault, Fault::descriptors);
  if (::setsid() < 0) fail(kFault, Fault::session);
  char go = 0;
  ssize_t count = 0;
  do count = ::read(kGate, &go, 1);
  while (count < 0 && errno == EINTR);
  if (count != 1) ::_exit(0);  // the starter is gone; nothing is on record
  ::close(kGate);
  for (const auto& [resource, limit] : plan.limits)
    if (::setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) fail(kFault, Fault::limits);
  if (::chdir(plan.directory.c_str()) != 0) fail(kFault, Fault::directory);
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(plan.program.c_str(), plan.argv.data(), plan.envp.data());
  fail(kFault, Fault::program);
}

Failure explained(const Fault& fault, const WorkloadSpec& spec, const std::string& program) {
  const std::string reason = std::generic_category().message(fault.error);
  switch (fault.step) {
    case Fault::directory:
      return {WYV_INVALID, "runtime.no_directory", "directory: cannot work in '" + spec.directory + "': " + reason};
    case Fault::limits:
      return {WYV_DENIED, "runtime.limit", "limits: the system refuses them: " + reason};
    case Fault::program:
      if (fault.error == ENOENT || fault.error == ENOTDIR)
        return {WYV_NOT_FOUND, "runtime.no_program",
                "the program '" + program + "' or its interpreter does not exist; install it or correct argv"};
      if (fault.error == EACCES || fault.error == EPERM)
        return {
            WYV_DENIED, "runtime.no_program",
            "the program '" + program + "' may not be executed: " + reason + "; check its permissions and its mount"};
      return {WYV_INVALID, "runtime.no_program", "the program '" + program + "' cannot be executed: " + reason};
    default:
      return {WYV_INTERNAL, "runtime.fork", "a process cannot be set up: " + reason};
  }
}

// Waits for the fault pipe: its end is the program's beginning.
void await_program(const FileDescriptor& fault_pipe, const WorkloadSpec& spec, const std::string& program,
                   const Context& context) {
  constexpr auto kCancellationPoll = std::chrono::milliseconds(20);
  for (;;) {
    context.check();
    const auto slice = std::min<std::chrono::nanoseconds>(context.remaining(), kCancellationPoll);
    pollfd waiting{fault_pipe.get(), POLLIN, 0};
    const auto slice_ms = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(slice).count());
    if (::poll(&waiting, 1, slice_ms + 1) <= 0) continue;
    Fault fault{};
    const auto count = ::read(fault_pipe.get(), &fault, sizeof fault);
    if (count == 0) return;
    if (count == sizeof fault) throw explained(fault, spec, program);
  }
}

Plan make_plan(const WorkloadSpec& spec) {
  Plan plan{spec.program(), spec.directory, {}, {}, {}, spec.limits, -1, -1, -1, -1};
  plan.strings = spec.argv;
  for (const auto& [name, value] : spec.env) plan.strings.push_back(name + "=" + value);
  for (std::size_t i = 0; i < plan.strings.size(); ++i)
    (i < spec.argv.size() ? plan.argv : plan.envp).push_back(plan.strings[i].data());
  plan.argv.push_back(nullptr);
  plan.envp.push_back(nullptr);
  return plan;
}

// Forks with every signal blocked, so that no handler of ours runs in the child.
pid_t fork_quietly(const Plan& plan) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) become(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) throw no_descriptors(error);
  return pid;
}

}  // namespace

Launched launch(const WorkloadSpec& spec, const FileDescriptor& log,
                const std::function<void(const ProcessIdentity&)>& recorded, const Context& context) {
  Plan plan = make_plan(spec);
  Pipe fault;
  Pipe gate;
  const FileDescriptor null = raised(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const FileDescriptor own_log = raised(::fcntl(log.get(), F_DUPFD_CLOEXEC, 0));
  plan.null = null.get();
  plan.log = own_log.get();
  plan.fault = fault.writing.get();
  plan.gate = gate.reading.get();
  const pid_t pid = fork_quietly(plan);
  try {
    fault.writing = FileDescriptor();
    gate.reading = FileDescriptor();
    Launched launched{{pid, 0, current_boot_id()}, open_pidfd(pid)};
    if (!launched.pidfd) throw no_descriptors(errno);
    const auto status = process_status(pid);
    if (!status) throw Failure(WYV_INTERNAL, "runtime.proc", "/proc is not mounted; processes cannot be told apart");
    launched.process.start_ticks = status->start_ticks;
    recorded(launched.process);
    constexpr char kGo = 1;
    if (::write(gate.writing.get(), &kGo, 1) != 1) throw no_descriptors(errno);
    await_program(fault.reading, spec, plan.program, context);
    return launched;
  } catch (...) {
    take_back(pid);
    throw;
  }
}

void take_back(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::kill(-pid, SIGKILL);  // our own child, not yet reaped: nobody else has this number
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace wyvern::process
