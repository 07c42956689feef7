#include "events/operations.hpp"

#include <charconv>
#include <chrono>

namespace wyvern::events {
namespace {

using operations::Answer;
using operations::Call;
using operations::Permission;
using operations::Refusal;

constexpr std::size_t most_streams = 256;
constexpr std::uint64_t most_queued_bytes = 4 * 1024 * 1024;
constexpr int events_at_once = 256;
constexpr std::chrono::seconds keep_alive_every{15};

std::string framed(const Event& event) {
  return "id: " + std::to_string(event.number) + "\nevent: " + event.type +
         "\ndata: " + event.json().dump(-1, ' ', false, Json::error_handler_t::replace) + "\n\n";
}

}  // namespace

Streams::Streams(Log& log)
    : log_(log),
      subscription_(log.subscribe([this] {
        {
          const std::lock_guard lock(mutex_);
          news_ = true;
        }
        wake_.notify_one();
      })),
      thread_([this] { feed_all(); }) {}

Streams::~Streams() { stop(); }

void Streams::stop() {
  log_.unsubscribe(subscription_);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Streams::add_operations(operations::Table& table) {
  operations::Operation stream;
  stream.name = "events.stream";
  stream.summary = "Every change, numbered, replayable from N, as server-sent events";
  stream.method = "GET";
  stream.path = "/events";
  stream.tag = "events";
  stream.permission = Permission::signed_in;
  stream.request = {
      {"properties",
       {{"after",
         {{"type", "integer"},
          {"minimum", 0},
          {"description", "The number of the last event that the caller has; absent: only what comes"}}}}}};
  stream.response = {{"type", "string"}, {"description", "text/event-stream"}};
  stream.reply = operations::ReplyKind::stream;
  stream.idempotent = true;
  stream.stream = [this](Call& call, std::shared_ptr<Answer> answer) { open(call, std::move(answer)); };
  table.add(std::move(stream));
}

void Streams::open(Call& call, std::shared_ptr<Answer> answer) {
  // A browser that reconnects says what it has in Last-Event-ID, which is newer than the query of its first call.
  std::int64_t after = call.has("after") ? call.input.at("after").get<std::int64_t>() : log_.last_number();
  if (const auto last = call.header("last-event-id")) {
    (void)std::from_chars(last->data(), last->data() + last->size(), after);
  }
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) throw Refusal(503, "events.stopping", "the service is stopping");
    if (streams_.size() + arriving_.size() >= most_streams) {
      throw Refusal(503, "events.too_many", "too many event streams are open; close one and try again");
    }
    answer->head(200, "text/event-stream", {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
                 Answer::until_end);
    arriving_.push_back({std::move(answer), call.cancelled, call.caller, call.access, after});
    news_ = true;
  }
  wake_.notify_one();
}

bool Streams::feed(Stream& stream, bool keep_alive) {
  if (stream.cancelled->load()) return false;
  std::uint64_t queued = 0;
  if (keep_alive) queued = stream.answer->body(": keep-alive\n\n");
  for (;;) {
    if (queued == UINT64_MAX || queued > most_queued_bytes) return false;
    const auto events = log_.after(stream.sent, events_at_once);
    std::string text;
    for (const auto& event : events) {
      if (stream.access->may(stream.caller, Permission::view, event.project_id)) text += framed(event);
      stream.sent = event.number;
    }
    if (!text.empty()) queued = stream.answer->body(text);
    if (events.size() < static_cast<std::size_t>(events_at_once)) return queued <= most_queued_bytes;
  }
}

void Streams::feed_all() {
  auto next_keep_alive = std::chrono::steady_clock::now() + keep_alive_every;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_until(lock, next_keep_alive, [this] { return news_ || stopping_; });
    news_ = false;
    streams_.splice(streams_.end(), arriving_);
    lock.unlock();
    const bool keep_alive = std::chrono::steady_clock::now() >= next_keep_alive;
    if (keep_alive) next_keep_alive = std::chrono::steady_clock::now() + keep_alive_every;
    for (auto stream = streams_.begin(); stream != streams_.end();) {
      bool open = false;
      try {
        open = feed(*stream, keep_alive);
      } catch (const std::exception&) {
        open = false;  // the store is away: the reader comes back with its last number
      }
      if (open) {
        ++stream;
      } else {
        stream->answer->end();
        stream = streams_.erase(stream);
      }
    }
    lock.lock();
  }
  streams_.splice(streams_.end(), arriving_);
  for (auto& stream : streams_) stream.answer->end();
  streams_.clear();
}

}  // namespace wyvern::events
