#include "host/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace wyvern::host {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int report_descriptor = 3;
constexpr std::size_t report_limit = std::size_t{64} * 1024;
constexpr std::size_t output_limit = 2048;

Error fault(const char* what, int code) {
  return {WYV_UNAVAILABLE, "host.child", std::string("a child process cannot be started: ") + what,
          std::generic_category().message(code), true};
}

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }
  void reset(int value) {
    close();
    value_ = value;
  }
  void close() {
    if (value_ >= 0) ::close(std::exchange(value_, -1));
  }

 private:
  int value_ = -1;
};

struct Pipe {
  Descriptor read, write;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read.reset(ends[0]);
    write.reset(ends[1]);
    return ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
  }
  // Takes what is there; false at the end.
  bool drain(std::string& into, std::size_t limit, bool keep_end) {
    std::array<char, 4096> buffer;
    for (;;) {
      const auto count = ::read(read.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return count < 0 && errno == EAGAIN;
      into.append(buffer.data(), static_cast<std::size_t>(count));
      if (into.size() > limit) keep_end ? void(into.erase(0, into.size() - limit)) : into.resize(limit);
    }
  }
};

class Spawn {
 public:
  Spawn() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  int start(const std::vector<std::string>& command, int report, int output, pid_t& child) {
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, 1);
    posix_spawn_file_actions_adddup2(&actions_, output, 2);
    posix_spawn_file_actions_adddup2(&actions_, report, report_descriptor);
    posix_spawn_file_actions_addclosefrom_np(&actions_, report_descriptor + 1);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    return posix_spawn(&child, arguments[0], &actions_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// Leaves the child a zombie, so that its process group's number stays its own.
bool has_ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

}  // namespace

Result<ChildOutcome> run_child(const std::vector<std::string>& command, std::chrono::milliseconds deadline) {
  const auto until = Clock::now() + deadline;
  Pipe report, output;
  if (!report.open() || !output.open()) return fault("no pipe", errno);
  Spawn spawn;
  pid_t child = 0;
  if (const int code = spawn.start(command, report.write.get(), output.write.get(), child); code != 0)
    return fault(command.front().c_str(), code);
  report.write.close();
  output.write.close();

  ChildOutcome outcome;
  // By number: glibc 2.36 declares pidfd_open without C linkage.
  const Descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  bool report_open = true, output_open = true;
  while (!has_ended(child)) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) {
      outcome.timed_out = true;
      break;
    }
    // A kernel without pidfd_open is asked again every 10 ms.
    const auto wait = ended.get() >= 0 ? left : std::min<std::int64_t>(left, 10);
    std::array<pollfd, 3> watched{{{ended.get(), POLLIN, 0},
                                   {report_open ? report.read.get() : -1, POLLIN, 0},
                                   {output_open ? output.read.get() : -1, POLLIN, 0}}};
    (void)::poll(watched.data(), watched.size(), static_cast<int>(std::min<std::int64_t>(wait, 60'000)));
    if (report_open) report_open = report.drain(outcome.report, report_limit, false);
    if (output_open) output_open = output.drain(outcome.output, output_limit, true);
  }
  ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (report_open) report.drain(outcome.report, report_limit, false);
  if (output_open) output.drain(outcome.output, output_limit, true);
  if (WIFEXITED(status)) outcome.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  return outcome;
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  const char* words = ::sigdescr_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal)
                         : "SIG" + std::string(name) + (words == nullptr ? "" : " (" + std::string(words) + ")");
}

}  // namespace wyvern::host
