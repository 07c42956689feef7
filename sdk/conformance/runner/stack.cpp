#include "runner/stack.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "host/child_process.hpp"

namespace wyvern::conformance {
namespace {

int report_descriptor = -1;
constexpr int most_frames = 48;

// Not safe in a signal handler by the letter; the process is lost anyway, and the runner kills it if it hangs here.
void on_signal(int signal) {
  void* stack[most_frames];
  const int count = backtrace(stack, most_frames);
  for (int i = 2; i < count; ++i) {  // without this function and the kernel's frame
    Dl_info module{};
    char line[600];
    if (dladdr(stack[i], &module) == 0 || module.dli_fname == nullptr) continue;
    const auto offset = static_cast<const char*>(stack[i]) - static_cast<const char*>(module.dli_fbase);
    const int length = snprintf(line, sizeof line, "\nframe %s %lx\n", module.dli_fname, static_cast<long>(offset));
    if (length > 0) (void)!write(report_descriptor, line, static_cast<std::size_t>(length));
  }
  ::signal(signal, SIG_DFL);
  raise(signal);
}

}  // namespace

void tell_stack_on_crash(int report) {
  report_descriptor = report;
  void* warm[1];
  (void)backtrace(warm, 1);  // loads what it needs while all is well
  static std::array<char, 64 * 1024> own_stack;
  stack_t alternative{};
  alternative.ss_sp = own_stack.data();
  alternative.ss_size = own_stack.size();
  sigaltstack(&alternative, nullptr);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    struct sigaction action {};
    action.sa_handler = &on_signal;
    action.sa_flags = SA_ONSTACK | SA_NODEFER;
    sigaction(signal, &action, nullptr);
  }
}

std::optional<Frame> parse_frame(const std::string& line) {
  const auto space = line.rfind(' ');
  if (space == std::string::npos) return std::nullopt;
  std::uint64_t offset = 0;
  std::istringstream number(line.substr(space + 1));
  if (!(number >> std::hex >> offset)) return std::nullopt;
  return Frame{line.substr(0, space), offset};
}

std::vector<std::string> symbolised(const std::vector<Frame>& frames) {
  std::vector<std::string> lines;
  for (const auto& frame : frames) {
    std::ostringstream address;
    address << "0x" << std::hex << (frame.offset > 0 ? frame.offset - 1 : 0);  // the call, not what follows it
    std::string line = std::filesystem::path(frame.module).filename().string() + " " + address.str();
    const auto asked =
        host::run_child({"/usr/bin/addr2line", "-Cfpie", frame.module, address.str()}, std::chrono::seconds(5));
    if (asked && asked->exit_status == 0 && asked->output.find("??") != 0 && !asked->output.empty())
      line = asked->output.substr(0, asked->output.find('\n'));
    lines.push_back(line);
    if (line.starts_with("testing::")) break;  // the rest is the runner
  }
  return lines;
}

}  // namespace wyvern::conformance
