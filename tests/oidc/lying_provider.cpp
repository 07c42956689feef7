#include "lying_provider.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace wyvern::test {
namespace {

// A request with its body; empty when the client left before it was whole.
std::string read_request(int connection) {
  std::string text;
  char bytes[4096];
  for (;;) {
    const auto head = text.find("\r\n\r\n");
    if (head != std::string::npos) {
      const auto length = text.find("Content-Length: ");
      const auto body = length == std::string::npos || length > head ? 0 : std::stoul(text.substr(length + 16));
      if (text.size() >= head + 4 + body) return text;
    }
    const auto got = ::read(connection, bytes, sizeof bytes);
    if (got <= 0) return {};
    text.append(bytes, static_cast<std::size_t>(got));
  }
}

}  // namespace

LyingProvider::LyingProvider() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ::close(listener_);
    throw std::runtime_error("no port for a provider");
  }
  issuer_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  say("/.well-known/openid-configuration", description());
  thread_ = std::thread([this] { serve(); });
}

LyingProvider::~LyingProvider() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void LyingProvider::say(const std::string& path, Answer answer) {
  const std::lock_guard lock(mutex_);
  answers_[path] = std::move(answer);
}

nlohmann::json LyingProvider::description() const {
  return {{"issuer", issuer_},
          {"authorization_endpoint", issuer_ + "/authorize"},
          {"token_endpoint", issuer_ + "/token"},
          {"jwks_uri", issuer_ + "/keys"}};
}

int LyingProvider::asked(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(
      std::count_if(asked_.begin(), asked_.end(), [&](const auto& one) { return one.first == path; }));
}

std::string LyingProvider::last_request(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(asked_.rbegin(), asked_.rend(), [&](const auto& one) { return one.first == path; });
  return found == asked_.rend() ? std::string() : found->second;
}

void LyingProvider::serve() {
  while (!stopping_) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    answer(connection);
    ::close(connection);
  }
}

void LyingProvider::answer(int connection) {
  const auto request = read_request(connection);
  const auto begin = request.find(' ');
  if (begin == std::string::npos) return;
  const auto path = request.substr(begin + 1, request.find(' ', begin + 1) - begin - 1);
  Answer found{404, "{}"};
  {
    const std::lock_guard lock(mutex_);
    asked_.emplace_back(path, request);
    if (const auto known = answers_.find(path); known != answers_.end()) found = known->second;
  }
  const std::string text = "HTTP/1.1 " + std::to_string(found.status) +
                           " x\r\nConnection: close\r\nContent-Length: " + std::to_string(found.body.size()) +
                           (found.location.empty() ? "" : "\r\nLocation: " + found.location) + "\r\n\r\n" + found.body;
  for (std::size_t sent = 0; sent < text.size();) {
    const auto part = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (part <= 0) return;
    sent += static_cast<std::size_t>(part);
  }
}

}  // namespace wyvern::test
