#include "runner/check_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <system_error>

#include "host/child_process.hpp"
#include "runner/checking.hpp"
#include "runner/stack.hpp"

namespace wyvern::conformance {
namespace {

constexpr std::size_t news_limit = 1 << 20;
constexpr off_t output_limit = 8 * 1024;
constexpr std::chrono::milliseconds time_for_a_stack(3000);

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

std::string end_of(int file) {
  const off_t size = lseek(file, 0, SEEK_END);
  std::string text(static_cast<std::size_t>(std::min(size, output_limit)), '\0');
  const auto count = pread(file, text.data(), text.size(), size - static_cast<off_t>(text.size()));
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

}  // namespace

CheckProcess::CheckProcess(const Check& check, Given given, std::chrono::milliseconds deadline)
    : check_(check),
      scratch_(given.scratch),
      kind_(given.kind),
      begun_(std::chrono::steady_clock::now()),
      deadline_(begun_ + deadline) {
  std::filesystem::create_directories(scratch_);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
  output_ = memfd_create("output", MFD_CLOEXEC);
  if (output_ < 0) fail("memfd_create");
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(output_, STDOUT_FILENO);
    dup2(output_, STDERR_FILENO);
    close(ends[0]);
    run_check(check_, std::move(given), ends[1]);  // never returns
  }
  setpgid(pid_, pid_);
  close(ends[1]);
  report_ = ends[0];
  fcntl(report_, F_SETFL, O_NONBLOCK);
}

CheckProcess::~CheckProcess() {
  if (pid_ > 0) {
    kill_group();
    waitpid(pid_, nullptr, 0);
  }
  if (report_ >= 0) close(report_);
  if (output_ >= 0) close(output_);
  std::error_code ignored;
  std::filesystem::remove_all(scratch_, ignored);
}

void CheckProcess::kill_group() const { kill(-pid_, SIGKILL); }

bool CheckProcess::advance() {
  char piece[4096];
  for (;;) {
    const auto count = read(report_, piece, sizeof piece);
    if (count == 0) return true;
    if (count < 0) return errno != EAGAIN && errno != EINTR;
    if (news_.size() < news_limit) news_.append(piece, static_cast<std::size_t>(count));
    // Whoever inherited the pipe may keep it open: the last line is the end.
    if (news_.find("\nend\n") != std::string::npos || news_.starts_with("end\n")) return true;
  }
}

void CheckProcess::expire() {
  if (!expired_) {
    expired_ = true;
    kill(pid_, SIGABRT);
    deadline_ = std::chrono::steady_clock::now() + time_for_a_stack;
    return;
  }
  kill_group();
}

CheckResult CheckProcess::result() {
  // The pipe was closed or the end was told: whatever the process or what it started would still do is not waited for.
  // One that was dying already keeps its own cause of death.
  const bool ended = news_.starts_with("end\n") || news_.find("\nend\n") != std::string::npos;
  kill_group();
  int status = 0;
  waitpid(pid_, &status, 0);
  CheckResult result;
  result.check = check_.full();
  result.kind = kind_;
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_);
  result.output = end_of(output_);
  pid_ = -1;

  result.verdict = Verdict::passed;
  std::vector<Frame> frames;
  std::istringstream lines(news_);
  for (std::string line; std::getline(lines, line);) {
    const auto rest = line.substr(line.find(' ') + 1);
    if (line.starts_with("failure ")) {
      result.verdict = Verdict::failed;
      result.reasons.push_back(unescaped(rest));
    } else if (line.starts_with("skipped ")) {
      if (result.verdict == Verdict::passed) result.verdict = Verdict::skipped;
      result.reasons.push_back(unescaped(rest));
    } else if (line.starts_with("frame ")) {
      if (auto frame = parse_frame(rest)) frames.push_back(*frame);
    }
  }
  if (expired_) {
    result.verdict = Verdict::hung;
    result.reasons.push_back("it did not come back in time");
  } else if (!ended) {
    result.verdict = Verdict::crashed;
    result.reasons.push_back(WIFSIGNALED(status)
                                 ? "it died of " + host::signal_name(WTERMSIG(status))
                                 : "it ended its process with status " + std::to_string(WEXITSTATUS(status)));
  }
  if (result.bad()) result.stack = symbolised(frames);
  return result;
}

}  // namespace wyvern::conformance
