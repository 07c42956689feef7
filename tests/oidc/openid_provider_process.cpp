#include "openid_provider_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "waiting.hpp"

namespace wyvern::test {
namespace {

constexpr std::chrono::seconds longest_start{90};  // npm may have to install it first

std::string first_line(int descriptor) {
  const auto until = std::chrono::steady_clock::now() + longest_start;
  std::string line;
  for (char c = 0;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd ready{descriptor, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) break;
    if (::read(descriptor, &c, 1) != 1) break;
    if (c == '\n') return line;
    line += c;
  }
  throw std::runtime_error("the OpenID provider did not come up; its reason is on standard error");
}

}  // namespace

OpenIdProviderProcess::OpenIdProviderProcess(nlohmann::json with) : settings(std::move(with)) { start(); }

OpenIdProviderProcess::~OpenIdProviderProcess() { stop(); }

void OpenIdProviderProcess::start() {
  int in[2];
  int out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::execl(WYVERN_SOURCE_DIR "/tests/oidc/provider", "provider", WYVERN_BUILD_DIR "/oidc-provider", nullptr);
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  const std::string line = settings.dump() + "\n";
  std::string said;
  if (::write(input_, line.data(), line.size()) == static_cast<ssize_t>(line.size())) said = first_line(out[0]);
  ::close(out[0]);
  issuer_ = nlohmann::json::parse(said).at("issuer");
  settings["port"] = std::stoi(issuer_.substr(issuer_.rfind(':') + 1));
}

void OpenIdProviderProcess::stop() {
  if (pid_ == 0) return;
  ::close(input_);
  if (!await_end(pid_, std::chrono::seconds(10))) {
    ::kill(pid_, SIGKILL);
    (void)await_end(pid_, std::chrono::seconds(10));
  }
  pid_ = 0;
}

}  // namespace wyvern::test
