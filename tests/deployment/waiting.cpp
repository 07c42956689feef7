#include "waiting.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace wyvern::test {
namespace {

using Clock = std::chrono::steady_clock;

// Becomes readable when the process ends. By number: glibc 2.36 declares pidfd_open without C linkage.
class ProcessEnd {
 public:
  explicit ProcessEnd(pid_t process)
      : descriptor_(process == 0 ? -1 : static_cast<int>(::syscall(SYS_pidfd_open, process, 0))) {
    if (process != 0 && descriptor_ < 0) throw std::runtime_error("there is no process " + std::to_string(process));
  }
  ~ProcessEnd() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  ProcessEnd(const ProcessEnd&) = delete;
  ProcessEnd& operator=(const ProcessEnd&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

int milliseconds_until(Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

}  // namespace

bool await(const std::function<bool()>& holds, std::chrono::milliseconds deadline) {
  constexpr std::chrono::milliseconds glance(5);
  const auto end = Clock::now() + deadline;
  while (!holds()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(glance);
  }
  return true;
}

std::optional<int> await_end(pid_t child, std::chrono::milliseconds deadline) {
  const ProcessEnd ended(child);
  pollfd watched{ended.descriptor(), POLLIN, 0};
  const auto end = Clock::now() + deadline;
  while (::poll(&watched, 1, milliseconds_until(end)) < 0) {
  }
  int status = 0;
  if (::waitpid(child, &status, WNOHANG) != child) return std::nullopt;
  return status;
}

FolderWatch::FolderWatch(const std::filesystem::path& folder) : changes_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  constexpr auto changes = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
  if (changes_ < 0 || ::inotify_add_watch(changes_, folder.c_str(), changes) < 0)
    throw std::runtime_error("the folder " + folder.string() + " cannot be watched");
}

FolderWatch::~FolderWatch() { ::close(changes_); }

bool FolderWatch::await(const std::function<bool()>& holds, std::chrono::milliseconds deadline, pid_t process) const {
  const ProcessEnd ended(process);
  const auto end = Clock::now() + deadline;
  for (;;) {
    if (holds()) return true;
    std::array<pollfd, 2> watched{{{changes_, POLLIN, 0}, {ended.descriptor(), POLLIN, 0}}};
    const int changed = ::poll(watched.data(), watched.size(), milliseconds_until(end));
    if (changed < 0) continue;
    if (changed == 0 || (watched[1].revents & POLLIN) != 0) return holds();
    std::array<char, 4096> told{};
    while (::read(changes_, told.data(), told.size()) > 0) {
    }
  }
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

}  // namespace wyvern::test
