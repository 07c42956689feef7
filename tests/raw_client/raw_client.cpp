#include "raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace wyvern::test {
namespace {

constexpr std::chrono::seconds longest_wait{20};

}  // namespace

RawClient::RawClient(std::uint16_t port, int receive_buffer, bool ipv6)
    : socket_(::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const timeval limit{longest_wait.count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  int done = -1;
  if (ipv6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    address.sin6_port = htons(port);
    done = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    done = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  if (done != 0) {
    close();
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  }
}

RawClient::~RawClient() { close(); }

void RawClient::send(std::string_view bytes) {
  if (!try_send(bytes)) throw std::runtime_error("the server took not all bytes");
}

bool RawClient::try_send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::fill() {
  std::array<char, 65536> piece;
  const auto got = ::recv(socket_, piece.data(), piece.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("nothing came in time");
  if (got <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::read_until(std::string_view mark) {
  std::size_t at = 0;
  while ((at = buffer_.find(mark)) == std::string::npos)
    if (!fill()) throw std::runtime_error("the server closed before '" + std::string(mark) + "', after: " + buffer_);
  auto taken = buffer_.substr(0, at + mark.size());
  buffer_.erase(0, taken.size());
  return taken;
}

Response RawClient::read(bool head_only) {
  Response response;
  auto head = read_until("\r\n\r\n");
  const auto line_end = head.find("\r\n");
  if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error("no status line: " + head);
  response.status = std::stoi(head.substr(9, 3));
  response.reason = head.substr(13, line_end - 13);
  for (auto at = line_end + 2; at + 2 < head.size();) {
    const auto end = head.find("\r\n", at);
    const auto colon = head.find(": ", at);
    auto name = head.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    if (!response.headers.emplace(name, head.substr(colon + 2, end - colon - 2)).second)
      throw std::runtime_error("the header " + name + " came twice");
    at = end + 2;
  }
  if (head_only || response.status == 204 || response.status == 304 || response.status < 200) return response;
  if (response.header("transfer-encoding") == "chunked") {
    for (;;) {
      const auto size = std::stoul(read_until("\r\n"), nullptr, 16);
      while (buffer_.size() < size + 2)
        if (!fill()) throw std::runtime_error("the server closed within a chunk");
      response.body.append(buffer_, 0, size);
      buffer_.erase(0, size + 2);
      if (size == 0) return response;
    }
  }
  if (response.headers.count("content-length") == 0) {
    response.body = read_rest();
    return response;
  }
  const auto length = std::stoul(response.header("content-length"));
  while (buffer_.size() < length)
    if (!fill()) throw std::runtime_error("the server closed within a body");
  response.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return response;
}

bool RawClient::closed() { return buffer_.empty() && !fill(); }

std::string RawClient::read_rest() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

Response RawClient::get(const std::string& target, const std::string& more_headers) {
  send("GET " + target + " HTTP/1.1\r\nHost: test\r\n" + more_headers + "\r\n");
  return read();
}

void RawClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void RawClient::close_writing() { ::shutdown(socket_, SHUT_WR); }

void RawClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

std::string RawClient::local_address() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

}  // namespace wyvern::test
