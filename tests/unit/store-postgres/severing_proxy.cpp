#include "severing_proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wyvern::test {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

struct Line {
  int client;
  int server;
};

void close_both(const Line& line) {
  ::close(line.client);
  ::close(line.server);
}

// Passes on what is there. False when the line has ended.
bool pass(int from, int to, std::string* copy = nullptr) {
  char bytes[65536];
  const auto size = ::recv(from, bytes, sizeof bytes, 0);
  if (size <= 0) return false;
  if (copy != nullptr) return copy->assign(bytes, static_cast<std::size_t>(size)), true;
  return ::send(to, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
}

}  // namespace

SeveringProxy::SeveringProxy(int server_port) : server_port_(server_port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the proxy cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

SeveringProxy::~SeveringProxy() {
  ending_ = true;
  thread_.join();
  ::close(listener_);
}

void SeveringProxy::serve() {
  using namespace std::string_view_literals;
  std::list<Line> lines;
  while (!ending_) {
    std::vector<pollfd> watched{{listener_, POLLIN, 0}};
    for (const auto& line : lines) {
      watched.push_back({line.client, POLLIN, 0});
      watched.push_back({line.server, POLLIN, 0});
    }
    if (::poll(watched.data(), watched.size(), 20) <= 0) continue;
    std::size_t at = 1;
    for (auto line = lines.begin(); line != lines.end(); at += 2) {
      bool open = true;
      if (watched[at].revents != 0) {
        std::string sent;
        open = pass(line->client, line->server, &sent);
        const bool commits = sent.find("COMMIT\0"sv) != std::string::npos;
        const auto cut = commits ? cut_.exchange(Cut::none) : Cut::none;
        if (open && cut != Cut::before_the_server_has_it)
          open = ::send(line->server, sent.data(), sent.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(sent.size());
        std::string answer;
        if (cut == Cut::after_it_was_done) (void)pass(line->server, line->client, &answer);  // waits for it
        open = open && cut == Cut::none;
      }
      if (open && watched[at + 1].revents != 0) open = pass(line->server, line->client);
      if (!open) close_both(*line);
      line = open ? std::next(line) : lines.erase(line);
    }
    if (watched[0].revents != 0) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_in address = loopback(server_port_);
      lines.push_back({client, server});
      if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close_both(lines.back());
        lines.pop_back();
      }
    }
  }
  for (const auto& line : lines) close_both(line);
}

}  // namespace wyvern::test
