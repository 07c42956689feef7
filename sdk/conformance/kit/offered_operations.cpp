#include "kit/offered_operations.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "wyvern/view.hpp"

// Freed by nobody: a surface that releases it twice must be found out by this kit, not by the allocator.
struct wyv_pending {
  wyv_reply_sink reply;
  bool stream;
  bool ended = false;
};

namespace wyvern::conformance {
namespace {

using Json = nlohmann::json;

Json operation(const char* name, const char* method, const char* path, const char* reply, Json properties) {
  return {{"name", name},
          {"summary", "For the conformance kit"},
          {"method", method},
          {"path", path},
          {"tag", "kit"},
          {"permission", "kit.use"},
          {"idempotent", std::string_view(method) == "GET"},
          {"reply", reply},
          {"success", 200},
          {"request", {{"type", "object"}, {"properties", std::move(properties)}}},
          {"response", {{"type", "object"}}},
          {"body_limit_bytes", OfferedOperations::echo_limit_bytes}};
}

void answer(const wyv_reply_sink& reply, int status, std::string_view body) {
  reply.head(reply.self, status, view(std::string_view("application/json")), nullptr, 0, body.size());
  (void)reply.body(reply.self, view(body));
  reply.end(reply.self);
}

}  // namespace

const std::string& OfferedOperations::list() {
  static const std::string text =
      Json::array({operation("kit.alive.get", "GET", "/kit/alive", "json", Json::object()),
                   operation("kit.things.get", "GET", "/kit/things/{id}", "json",
                             {{"id", {{"type", "string"}}}, {"colour", {{"type", "string"}}}}),
                   operation("kit.echo.create", "POST", "/kit/echo", "json", {{"text", {{"type", "string"}}}}),
                   operation("kit.refusal.get", "GET", "/kit/refusal", "json", Json::object()),
                   operation("kit.wait.get", "GET", "/kit/wait", "json", Json::object()),
                   operation("kit.stream.get", "GET", "/kit/stream", "stream", Json::object())})
          .dump();
  return text;
}

OfferedOperations::OfferedOperations() = default;

void OfferedOperations::call(const wyv_call_request& request, const wyv_reply_sink& reply, wyv_pending** pending) {
  ReceivedCall call{std::string(text(request.operation)),
                    std::string(text(request.body)),
                    std::string(text(request.caller->credential)),
                    {},
                    {}};
  for (std::uint32_t i = 0; i < request.field_count; ++i)
    call.fields[std::string(text(request.fields[i].name))] = text(request.fields[i].value);
  for (std::uint32_t i = 0; i < request.header_count; ++i)
    call.headers[std::string(text(request.headers[i].name))] = text(request.headers[i].value);
  auto* made = new wyv_pending{reply, call.operation == "kit.stream.get"};
  *pending = made;
  bool waits = made->stream || call.operation == "kit.wait.get";
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
    pending_.push_back(made);
    if (let_go_) waits = false;
    if (waits) waiting_.push_back(made);
    made->ended = !waits;
    changed_.notify_all();
  }
  if (made->stream) {
    reply.head(reply.self, 200, view(std::string_view("text/event-stream")), nullptr, 0,
               std::numeric_limits<std::uint64_t>::max());
    (void)reply.body(reply.self, view(std::string_view("data: one\n\n")));
  }
  if (waits) return;
  if (made->stream) return reply.end(reply.self);
  if (call.operation == "kit.alive.get") return answer(reply, 200, R"({"alive":true})");
  if (call.operation == "kit.wait.get") return answer(reply, 200, R"({"waited":true})");
  if (call.operation == "kit.echo.create") return answer(reply, 200, call.body);
  if (call.operation == "kit.things.get") return answer(reply, 200, Json{{"fields", call.fields}}.dump());
  if (call.operation == "kit.refusal.get")
    return answer(reply, 409, R"({"error":"the kit refuses","code":"kit.refused"})");
  {
    const std::lock_guard lock(mutex_);
    faults_.push_back("a call of '" + call.operation + "', which is in no list");
  }
  answer(reply, 404, R"({"error":"there is no such operation","code":"operation.unknown"})");
}

void OfferedOperations::cancel(wyv_pending* pending) {
  const std::lock_guard lock(mutex_);
  if (std::find(pending_.begin(), pending_.end(), pending) == pending_.end()) {
    faults_.emplace_back("a cancel of a call that is released");
    return;
  }
  cancelled_ = true;
  changed_.notify_all();
  if (std::erase(waiting_, pending) > 0) begin_to_answer(pending, 503, R"({"error":"the caller withdrew"})");
}

void OfferedOperations::release(wyv_pending* pending) {
  const std::lock_guard lock(mutex_);
  const auto at = std::find(pending_.begin(), pending_.end(), pending);
  if (at == pending_.end()) {
    faults_.emplace_back("a call is released twice");
    return;
  }
  if (!pending->ended) faults_.emplace_back("a call is released before its end");
  pending_.erase(at);
  changed_.notify_all();
}

void OfferedOperations::let_go() {
  const std::lock_guard lock(mutex_);
  let_go_ = true;
  for (auto* pending : std::exchange(waiting_, {})) begin_to_answer(pending, 200, R"({"waited":true})");
}

void OfferedOperations::begin_to_answer(wyv_pending* pending, int status, const char* body) {
  to_answer_.push_back({pending, status, body});
  if (!answering_.joinable()) answering_ = std::thread([this] { answer_waiting(); });
  changed_.notify_all();
}

void OfferedOperations::answer_waiting() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !to_answer_.empty(); });
    const auto next = to_answer_.front();
    to_answer_.pop_front();
    next.pending->ended = true;
    lock.unlock();
    const wyv_reply_sink reply = next.pending->reply;
    if (next.pending->stream)
      reply.end(reply.self);
    else
      answer(reply, next.status, next.body);
    lock.lock();
  }
}

std::vector<ReceivedCall> OfferedOperations::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void OfferedOperations::forget_calls() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
}

bool OfferedOperations::wait_for_calls(std::size_t count, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return calls_.size() >= count; });
}

bool OfferedOperations::wait_for_releases(std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return pending_.empty(); });
}

bool OfferedOperations::wait_for_a_cancel(std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return cancelled_; });
}

std::size_t OfferedOperations::open() const {
  const std::lock_guard lock(mutex_);
  return pending_.size();
}

std::vector<std::string> OfferedOperations::faults() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

}  // namespace wyvern::conformance
