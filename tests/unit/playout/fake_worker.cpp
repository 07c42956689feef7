#include "fake_worker.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace wyvern::test {

void FakeSpool::add(Json event) {
  const std::lock_guard lock(mutex_);
  event["number"] = ++last_;
  events_.push_back(std::move(event));
  changed_.notify_all();
}

void FakeSpool::add_numbered(Json event) {
  const std::lock_guard lock(mutex_);
  last_ = std::max(last_, event.at("number").get<std::int64_t>());
  events_.push_back(std::move(event));
  changed_.notify_all();
}

void FakeSpool::lose_all() {
  const std::lock_guard lock(mutex_);
  events_.clear();
  last_ = 0;
}

std::int64_t FakeSpool::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void FakeSpool::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

std::vector<Json> FakeSpool::after(std::int64_t number, std::chrono::milliseconds wait,
                                   const std::atomic<bool>& stopping) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] { return stopping || last_ > number; });
  std::vector<Json> found;
  std::copy_if(events_.begin(), events_.end(), std::back_inserter(found),
               [&](const Json& event) { return repeat_all_ || event.at("number").get<std::int64_t>() > number; });
  return found;
}

FakeWorker::FakeWorker(int port, std::string token, FakeSpool& spool) : token_(std::move(token)), spool_(spool) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  (void)::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    const std::string fault = std::strerror(errno);
    ::close(listener_);
    throw std::runtime_error("cannot listen on port " + std::to_string(port) + ": " + fault);
  }
  accepting_ = std::thread([this] { accept(); });
}

FakeWorker::~FakeWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    goes_on_.notify_all();
  }
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
  }
  spool_.wake();
  for (auto& thread : threads_) thread.join();
  for (const int connection : connections_) ::close(connection);
}

void FakeWorker::hang(bool hanging) {
  const std::lock_guard lock(mutex_);
  hanging_ = hanging;
  goes_on_.notify_all();
}

void FakeWorker::last_event(Json event) {
  const std::lock_guard lock(mutex_);
  last_event_ = std::move(event);
}

std::vector<WorkerCall> FakeWorker::calls(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  std::vector<WorkerCall> found;
  std::copy_if(calls_.begin(), calls_.end(), std::back_inserter(found),
               [&](const WorkerCall& call) { return call.target.substr(0, call.target.find('?')) == path; });
  return found;
}

void FakeWorker::accept() {
  for (;;) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (stopping_ || (connection < 0 && errno != EINTR && errno != ECONNABORTED)) {
      if (connection >= 0) ::close(connection);
      return;
    }
    if (connection < 0) continue;
    const std::lock_guard lock(mutex_);
    connections_.push_back(connection);
    threads_.emplace_back([this, connection] { serve(connection); });
  }
}

namespace {

std::optional<std::string> read_until(int connection, std::string& buffer, std::string_view mark) {
  for (;;) {
    const auto end = buffer.find(mark);
    if (end != std::string::npos) {
      std::string found = buffer.substr(0, end);
      buffer.erase(0, end + mark.size());
      return found;
    }
    char bytes[4096];
    const auto count = ::recv(connection, bytes, sizeof bytes, 0);
    if (count <= 0) return std::nullopt;
    buffer.append(bytes, static_cast<std::size_t>(count));
  }
}

std::optional<std::string> read_bytes(int connection, std::string& buffer, std::size_t wanted) {
  while (buffer.size() < wanted) {
    char bytes[4096];
    const auto count = ::recv(connection, bytes, sizeof bytes, 0);
    if (count <= 0) return std::nullopt;
    buffer.append(bytes, static_cast<std::size_t>(count));
  }
  std::string found = buffer.substr(0, wanted);
  buffer.erase(0, wanted);
  return found;
}

std::size_t body_length(const std::string& head) {
  const std::string name = "\r\nContent-Length: ";
  const auto at = head.find(name);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

std::int64_t number_in(const std::string& query, const std::string& name) {
  const auto at = query.find(name + "=");
  return at == std::string::npos ? 0 : std::stoll(query.substr(at + name.size() + 1));
}

}  // namespace

void FakeWorker::serve(int connection) {
  std::string buffer;
  for (;;) {
    const auto head = read_until(connection, buffer, "\r\n\r\n");
    if (!head) return;
    const auto body = read_bytes(connection, buffer, body_length(*head));
    if (!body) return;
    {
      std::unique_lock lock(mutex_);
      goes_on_.wait(lock, [this] { return !hanging_ || stopping_; });
    }
    if (to_ignore_ > 0) {
      --to_ignore_;
      continue;
    }
    const auto begin = head->find(' ') + 1;
    const std::string target = head->substr(begin, head->find(' ', begin) - begin);
    const auto mark = std::min(target.find('?'), target.size());
    const bool allowed = head->find("Authorization: Bearer " + token_ + "\r\n") != std::string::npos;
    int status = allowed ? 200 : 401;
    if (allowed && !ready_) status = 503;
    Json answer = {{"error", "the worker is not ready"}, {"code", "worker.not_ready"}};
    if (status == 200) {
      {
        const std::lock_guard lock(mutex_);
        calls_.push_back({target, body->empty() ? Json() : Json::parse(*body)});
      }
      answer = answer_to(target.substr(0, mark), target.substr(mark), *body);
      if (answer.contains("error")) status = 409;
    }
    if (stopping_) return;
    const std::string text = answer.dump();
    const std::string reply = "HTTP/1.1 " + std::to_string(status) +
                              " x\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) +
                              "\r\n\r\n" + text;
    if (::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return;
  }
}

Json FakeWorker::answer_to(const std::string& path, const std::string& query, const std::string& body) {
  if (path == "/status") return {{"state", "on_air"}};
  if (path == "/events") {
    if (number_in(query, "after") > spool_.last()) return {{"error", "after is ahead"}, {"code", "events.ahead"}};
    const auto events =
        spool_.after(number_in(query, "after"), std::chrono::milliseconds(number_in(query, "wait_ms")), stopping_);
    return {{"events", events}, {"last", events.empty() ? Json(0) : events.back().at("number")}};
  }
  if (path == "/channel/stop") {
    Json last;
    {
      const std::lock_guard lock(mutex_);
      last = last_event_;
    }
    if (!last.is_null()) spool_.add(std::move(last));
    return Json::object();
  }
  return {{"taken", Json::parse(body)}};
}

}  // namespace wyvern::test
