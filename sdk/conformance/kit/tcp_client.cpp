#include "kit/tcp_client.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>

namespace wyvern::conformance {

Url::Url(const std::string& text) {
  const auto colon = text.find("://");
  if (colon == std::string::npos) return;
  scheme = text.substr(0, colon);
  const auto slash = std::min(text.find('/', colon + 3), text.size());
  path = text.substr(slash);
  const auto authority = text.substr(colon + 3, slash - colon - 3);
  const auto at = authority.rfind(':');
  if (at == std::string::npos || (authority.back() == ']')) return;
  host = authority.substr(0, at);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  (void)std::from_chars(authority.data() + at + 1, authority.data() + authority.size(), port);
}

TcpClient::TcpClient(const Url& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found) != 0) return;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> held(found, &freeaddrinfo);
  socket_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(socket_, found->ai_addr, found->ai_addrlen) != 0) close();
}

TcpClient::~TcpClient() { close(); }

void TcpClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool TcpClient::send(std::string_view bytes) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (connected() && !bytes.empty() && std::chrono::steady_clock::now() < until) {
    pollfd writable{socket_, POLLOUT, 0};
    if (poll(&writable, 1, 1000) <= 0) continue;
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return bytes.empty();
}

TcpClient::Read TcpClient::read_some(std::chrono::steady_clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  pollfd readable{socket_, POLLIN, 0};
  if (!connected()) return Read::end;
  if (left <= 0 || poll(&readable, 1, static_cast<int>(left)) <= 0) return Read::nothing;
  char piece[16 * 1024];
  const auto count = recv(socket_, piece, sizeof piece, 0);
  if (count <= 0) return Read::end;
  received_.append(piece, static_cast<std::size_t>(count));
  return Read::some;
}

bool TcpClient::read_until(std::string_view text, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (received_.find(text) == std::string::npos)
    if (read_some(until) != Read::some) return false;
  return true;
}

bool TcpClient::closed(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto result = read_some(until);
    if (result != Read::some) return result == Read::end;
  }
}

HttpAnswer TcpClient::answer(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  HttpAnswer answer;
  if (!read_until("\r\n\r\n", patience) || !received_.starts_with("HTTP/1.") || received_.size() < 12) return answer;
  const auto head_size = received_.find("\r\n\r\n") + 4;
  const std::string head = received_.substr(0, head_size - 2);
  for (auto begin = head.find("\r\n") + 2; begin < head.size();) {
    const auto end = head.find("\r\n", begin);
    const auto line = head.substr(begin, end - begin);
    const auto colon = std::min(line.find(':'), line.size());
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto value = line.find_first_not_of(" \t", std::min(colon + 1, line.size()));
    answer.headers[name] = value == std::string::npos ? "" : line.substr(value);
    begin = end + 2;
  }
  std::size_t length = std::string::npos;
  if (const auto given = answer.headers.find("content-length"); given != answer.headers.end()) {
    length = 0;
    (void)std::from_chars(given->second.data(), given->second.data() + given->second.size(), length);
  }
  while (received_.size() - head_size < length)
    if (read_some(until) != Read::some) break;
  (void)std::from_chars(head.data() + 9, head.data() + 12, answer.status);
  answer.body = received_.substr(head_size, length);
  received_.erase(0, head_size + answer.body.size());
  return answer;
}

}  // namespace wyvern::conformance
