#include "library/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

extern char** environ;

namespace wyvern::library {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }
  void set(int number) {
    reset();
    number_ = number;
  }
  void reset() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

Error not_started(const std::string& program, int error) {
  return {WYV_EXHAUSTED, "child.start", "the program " + program + " could not be started",
          std::generic_category().message(error), true};
}

// Where media libraries look for themselves and their caches; nothing that may hold a secret.
bool harmless(std::string_view variable) {
  constexpr std::array<std::string_view, 12> begins{"PATH=",   "HOME=",        "XDG_", "GST_",  "LD_LIBRARY_PATH=",
                                                    "TMPDIR=", "LIBVA_DRIVER", "TZ=",  "ASAN_", "UBSAN_",
                                                    "TSAN_",   "LSAN_"};
  return std::any_of(begins.begin(), begins.end(), [&](std::string_view begin) { return variable.starts_with(begin); });
}

std::vector<std::string> environment() {
  std::vector<std::string> kept{"LANG=C.UTF-8"};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (harmless(*variable)) kept.emplace_back(*variable);
  }
  return kept;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// Children that were killed and did not die at once: they hang in the kernel, on a dead mount for instance. They are
// reaped when they do die.
class Undead {
 public:
  void add(pid_t child) {
    const std::lock_guard lock(mutex_);
    children_.push_back(child);
  }
  void reap() {
    const std::lock_guard lock(mutex_);
    std::erase_if(children_, [](pid_t child) { return ::waitpid(child, nullptr, WNOHANG) != 0; });
  }

 private:
  std::mutex mutex_;
  std::vector<pid_t> children_;
};

Undead& undead() {
  static Undead all;
  return all;
}

// Takes what there is to read; false at the end.
bool drain(int descriptor, std::string& to) {
  std::array<char, 16384> buffer{};
  for (;;) {
    const auto count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      to.append(buffer.data(), static_cast<std::size_t>(count));
      if (to.size() > (std::size_t{64} << 20)) return true;
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    return count < 0 && errno == EAGAIN;
  }
}

bool has_ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

// Kills the whole group and collects the child's status; nothing when it will not die.
std::optional<int> kill_and_reap(pid_t child) {
  ::kill(-child, SIGKILL);
  const auto patience = steady_clock::now() + std::chrono::seconds(2);
  int status = 0;
  for (;;) {
    const auto reaped = ::waitpid(child, &status, WNOHANG);
    if (reaped == child) return status;
    if (reaped < 0 && errno != EINTR) return std::nullopt;
    if (steady_clock::now() > patience) {
      undead().add(child);
      return std::nullopt;
    }
    ::poll(nullptr, 0, 5);
  }
}

}  // namespace

Result<ChildEnd> run_child(const std::vector<std::string>& command, const std::string& input, const ChildLimits& limits,
                           const std::function<bool()>& keep_on) {
  undead().reap();
  // A file in memory instead of a pipe: the child reads when it likes, and nobody waits for it to.
  Descriptor in(::memfd_create("input", MFD_CLOEXEC));
  if (in.get() < 0 || ::write(in.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size()) ||
      ::lseek(in.get(), 0, SEEK_SET) != 0) {
    return not_started(command.front(), errno);
  }
  std::array<int, 2> out_pipe{};
  std::array<int, 2> error_pipe{};
  Descriptor out, out_end, errors, errors_end;
  if (::pipe2(out_pipe.data(), O_CLOEXEC) != 0) return not_started(command.front(), errno);
  out.set(out_pipe[0]);
  out_end.set(out_pipe[1]);
  if (::pipe2(error_pipe.data(), O_CLOEXEC) != 0) return not_started(command.front(), errno);
  errors.set(error_pipe[0]);
  errors_end.set(error_pipe[1]);
  ::fcntl(out.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(errors.get(), F_SETFL, O_NONBLOCK);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, out_end.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, errors_end.get(), 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  auto arguments = command;
  auto variables = environment();
  pid_t child = -1;
  const int fault = ::posix_spawn(&child, command.front().c_str(), &actions, &attributes, pointers(arguments).data(),
                                  pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (fault != 0) return not_started(command.front(), fault);
  out_end.reset();
  errors_end.reset();

  ChildEnd end;
  bool killed = true;
  const auto deadline = steady_clock::now() + limits.timeout;
  std::array<pollfd, 2> ends{{{out.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}}};
  for (;;) {
    // Looked at before the pipes, so that nothing that it wrote is missed. Its own children may hold the pipes open.
    const bool over = has_ended(child);
    if (!drain(out.get(), end.output)) ends[0].fd = -1;
    if (!drain(errors.get(), end.errors)) ends[1].fd = -1;
    if (end.errors.size() > limits.errors_bytes) end.errors.erase(0, end.errors.size() - limits.errors_bytes);
    if (end.output.size() > limits.output_bytes) {
      end.how = ChildEnd::How::flooded;
      break;
    }
    if (over) {
      killed = false;
      break;
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left <= milliseconds::zero()) {
      end.how = ChildEnd::How::overran;
      break;
    }
    if (!keep_on()) {
      end.how = ChildEnd::How::withdrawn;
      break;
    }
    // An end of both pipes mostly means that the child is about to end; it is not a thing to poll for.
    const bool closed = ends[0].fd < 0 && ends[1].fd < 0;
    ::poll(ends.data(), ends.size(), static_cast<int>(std::min(left, milliseconds(closed ? 2 : 50)).count()));
  }
  const auto status = kill_and_reap(child);
  if (killed || !status) return end;
  end.how = WIFSIGNALED(*status) ? ChildEnd::How::signalled : ChildEnd::How::exited;
  end.code = WIFSIGNALED(*status) ? WTERMSIG(*status) : WEXITSTATUS(*status);
  return end;
}

}  // namespace wyvern::library
