// Carries operations as lines of JSON over TCP. What a surface may ask of the host is in wyvern/abi/host.h.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "wyvern/file_descriptor.hpp"
#include "wyvern/operations.hpp"
#include "wyvern/surface.hpp"

namespace {

using wyvern::Failure;
using wyvern::Json;
using wyvern::view;

constexpr std::size_t longest_line = 1'000'000;  // bytes

// Collects one answer, which may come from any thread.
class Answer final : public wyvern::Reply {
 public:
  Answer() : Reply(0) {}
  void head(int status, std::string_view, const wyv_field*, std::uint32_t, std::uint64_t) override { status_ = status; }
  std::uint64_t body(std::string_view bytes) override {
    body_ += bytes;
    return body_.size() > longest_line ? reader_left : 0;
  }
  void end() noexcept override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  // False when nothing had come by then.
  bool wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return ended_; });
  }
  Json json() const {
    auto body = Json::parse(body_, nullptr, false);
    return {{"status", status_}, {"body", body.is_discarded() ? Json(body_) : body}};
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  int status_ = 500;
  std::string body_;
};

class JsonLines final : public wyvern::Surface {
 public:
  // `config` has been checked against the manifest's schema, and has its defaults.
  JsonLines(wyvern::Host host, std::string, const Json& config)
      : host_(host), wanted_port_(config.at("port").get<std::uint16_t>()) {}

  void prepare(const wyvern::Context&) override {
    listener_ = wyvern::FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    (void)setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(wanted_port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_.get(), 128) != 0)
      throw Failure(WYV_UNAVAILABLE, "json_lines.listen",
                    "cannot listen on 127.0.0.1:" + std::to_string(wanted_port_) + ": " +
                        std::generic_category().message(errno) + "; choose another `port`");
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  void start(const wyvern::Context&) override {
    stopping_ = closed_ = false;
    operations_.emplace(host_);
    accepting_ = std::thread([this] { accept_clients(); });
  }
  void drain(const wyvern::Context&) override { close_all(SHUT_RD); }  // what is under way is still answered
  void stop(const wyvern::Context&) override {
    stopping_ = true;
    close_all(SHUT_RDWR);
    if (accepting_.joinable()) accepting_.join();
    for (auto& client : clients_) client.thread.join();
    clients_.clear();
    listener_ = {};
  }
  Json address() override { return {{"url", "json-lines://127.0.0.1:" + std::to_string(port_)}}; }

 private:
  struct Client {
    wyvern::FileDescriptor socket;  // closed once the thread is done
    std::thread thread;
  };

  void accept_clients() {
    for (;;) {
      wyvern::FileDescriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      std::unique_lock lock(mutex_);
      if (closed_) return;
      if (!socket) {  // a client that left, or no descriptor to be had, which comes back
        closing_.wait_for(lock, std::chrono::milliseconds(50), [&] { return closed_; });
        continue;
      }
      clients_.remove_if([](Client& client) {
        if (client.socket) return false;
        client.thread.join();
        return true;
      });
      auto& client = clients_.emplace_back();
      client.socket = std::move(socket);
      client.thread = std::thread([this, &client] { serve(client); });
    }
  }
  void close_all(int how) {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    closing_.notify_all();
    shutdown(listener_.get(), SHUT_RD);
    for (auto& client : clients_)
      if (client.socket) shutdown(client.socket.get(), how);
  }
  void serve(Client& client) {
    std::string waiting;
    char piece[4096];
    for (ssize_t count; (count = recv(client.socket.get(), piece, sizeof piece, 0)) > 0;) {
      waiting.append(piece, static_cast<std::size_t>(count));
      for (auto end = waiting.find('\n'); end != std::string::npos; end = waiting.find('\n')) {
        const auto line = carry(waiting.substr(0, end)).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        waiting.erase(0, end + 1);
        if (!send_all(client.socket.get(), line)) waiting.clear();  // the next recv tells that it has left
      }
      if (waiting.size() > longest_line) break;
    }
    const std::lock_guard lock(mutex_);
    client.socket = {};  // closes it
  }
  static bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  Json carry(const std::string& line) {
    const auto asked = Json::parse(line, nullptr, false);
    if (!asked.is_object() || !asked.value("call", Json()).is_string() || !asked.value("token", Json("")).is_string())
      return {{"status", 400}, {"body", {{"error", "a line is an object with `call`"}, {"code", "json_lines.line"}}}};
    const auto name = asked["call"].get<std::string>();
    const auto token = asked.value("token", "");
    const auto body = asked.contains("body") ? asked["body"].dump() : "";
    std::vector<std::pair<std::string, std::string>> texts;
    if (const auto fields = asked.value("fields", Json::object()); fields.is_object())
      for (const auto& [key, value] : fields.items())
        texts.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
    std::vector<wyv_field> fields;
    for (const auto& [key, value] : texts) fields.push_back({view(key), view(value)});

    const auto id = "line-" + std::to_string(++lines_);
    const wyv_field request_id{view(std::string_view("x-request-id")), view(id)};
    const wyv_caller caller{sizeof(wyv_caller), 0, view(token), {}, {}, {}, 0, 0};
    const wyv_call_request request{sizeof(wyv_call_request),
                                   static_cast<std::uint32_t>(fields.size()),
                                   view(name),
                                   view(body),
                                   fields.data(),
                                   &caller,
                                   &request_id,
                                   1,
                                   0};
    Answer answer;
    wyvern::PendingCall pending;  // released when it goes out of scope, after the end
    operations_->call(request, answer, pending);
    while (!answer.wait(std::chrono::milliseconds(100)))
      if (stopping_) pending.cancel();
    return answer.json();
  }

  const wyvern::Host host_;
  const std::uint16_t wanted_port_;
  std::uint16_t port_ = 0;
  wyvern::FileDescriptor listener_;
  std::optional<wyvern::Operations> operations_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> lines_{0};
  std::thread accepting_;
  std::mutex mutex_;
  std::condition_variable closing_;
  bool closed_ = false;  // takes no more clients
  std::list<Client> clients_;
};

}  // namespace

WYVERN_PLUGIN(JsonLines)
