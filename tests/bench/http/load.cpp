#include "load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace wyvern::bench {
namespace {

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect");
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

void send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("the server closed");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void receive(int descriptor, std::size_t bytes) {
  std::array<char, 65536> buffer;
  while (bytes > 0) {
    const auto got = ::recv(descriptor, buffer.data(), std::min(buffer.size(), bytes), 0);
    if (got <= 0) throw std::runtime_error("the server closed");
    bytes -= static_cast<std::size_t>(got);
  }
}

// The length of one whole answer.
std::size_t measure(int descriptor, std::string_view request) {
  send_all(descriptor, request);
  std::string answer;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (got <= 0) throw std::runtime_error("no answer");
    answer.append(buffer.data(), static_cast<std::size_t>(got));
    const auto head = answer.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    if (!answer.starts_with("HTTP/1.1 200")) throw std::runtime_error("not 200: " + answer);
    const auto length = answer.find("Content-Length: ");
    const auto whole = head + 4 + std::stoul(answer.substr(length + 16));
    if (answer.size() == whole) return whole;
  }
}

}  // namespace

double requests_per_second(std::uint16_t port, const Load& load, std::chrono::milliseconds duration) {
  const std::string request = "GET " + load.target +
                              " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer abcdefghijklmnop\r\n"
                              "Accept: application/json\r\nUser-Agent: bench\r\n\r\n";
  std::string batch;
  for (int i = 0; i < load.depth; ++i) batch += request;
  std::vector<int> connections;
  for (int i = 0; i < load.connections; ++i) connections.push_back(connect_to(port));
  const auto length = measure(connections.front(), request);

  std::uint64_t answered = 0;
  const auto begin = std::chrono::steady_clock::now();
  auto now = begin;
  for (; now - begin < duration; now = std::chrono::steady_clock::now()) {
    for (const int connection : connections) send_all(connection, batch);
    for (const int connection : connections) receive(connection, length * static_cast<std::size_t>(load.depth));
    answered += static_cast<std::uint64_t>(load.depth) * connections.size();
  }
  for (const int connection : connections) ::close(connection);
  return static_cast<double>(answered) / std::chrono::duration<double>(now - begin).count();
}

}  // namespace wyvern::bench
