#include "events/operations.hpp"

#include <charconv>
#include <chrono>

#include "operations/group.hpp"

namespace wyvern::events {
namespace {

using operations::Answer;
using operations::Call;
using operations::Permission;
using operations::Refusal;

constexpr std::size_t most_streams = 256;
constexpr std::size_t most_of_caller = 64;
constexpr int events_at_once = 256;
constexpr std::chrono::seconds keep_alive_every{15};

std::string framed(const Event& event) {
  return "id: " + std::to_string(event.number) + "\nevent: " + event.type +
         "\ndata: " + event.json().dump(-1, ' ', false, Json::error_handler_t::replace) + "\n\n";
}

}  // namespace

void Streams::Bell::ring() {
  {
    const std::lock_guard lock(mutex);
    news = true;
  }
  rung.notify_one();
}

Streams::Streams(Log& log)
    : log_(log), subscription_(log.subscribe([bell = bell_] { bell->ring(); })), thread_([this] { feed_all(); }) {}

Streams::~Streams() { stop(); }

void Streams::stop() {
  log_.unsubscribe(subscription_);
  {
    const std::lock_guard lock(bell_->mutex);
    stopping_ = true;
  }
  bell_->ring();
  if (thread_.joinable()) thread_.join();
}

void Streams::add_operations(operations::Table& table) {
  operations::Group<Streams> group(table, "events", *this);
  group.add_stream(
      {.name = "events.stream",
       .summary = "Every change, numbered, replayable from N, as server-sent events",
       .method = "GET",
       .path = "/events",
       .permission = Permission::signed_in,
       .request = {{"properties",
                    {{"after",
                      {{"type", "integer"},
                       {"minimum", 0},
                       {"description",
                        "The number of the last event that the caller has; absent: only what comes"}}}}}},
       .response = {{"type", "string"}, {"description", "text/event-stream"}},
       .idempotent = true,
       .reply = operations::ReplyKind::stream},
      [](Streams& streams, Call& call, const std::shared_ptr<Answer>& answer) { streams.open(call, answer); });
}

void Streams::open(Call& call, const std::shared_ptr<Answer>& answer) {
  // A browser that reconnects says what it has in Last-Event-ID, which is newer than the query of its first call.
  std::int64_t after = call.has("after") ? call.input.at("after").get<std::int64_t>() : log_.last_number();
  if (const auto last = call.header("last-event-id")) {
    (void)std::from_chars(last->data(), last->data() + last->size(), after);
  }
  enter(call.caller.id);
  // Not under the bell's mutex: the answer may ring within.
  answer->when_drained([bell = bell_] { bell->ring(); });
  answer->head(200, "text/event-stream", {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
               Answer::until_end);
  bool stopped_meanwhile = false;
  {
    const std::lock_guard lock(bell_->mutex);
    stopped_meanwhile = stopping_;
    if (!stopping_) arriving_.push_back({answer, call.cancelled, call.caller, call.access, after});
  }
  if (stopped_meanwhile) return answer->end();
  bell_->ring();
}

void Streams::enter(const std::string& caller_id) {
  const Json ask_again = {{"retry_after_s", 5}};
  const std::lock_guard lock(bell_->mutex);
  if (stopping_) throw Refusal(503, "events.stopping", "the service is stopping", ask_again);
  if (open_ >= most_streams)
    throw Refusal(503, "events.too_many", "too many event streams are open; close one and try again", ask_again);
  auto& of_caller = open_of_[caller_id];
  if (of_caller >= most_of_caller)
    throw Refusal(429, "events.too_many_of_caller",
                  "you have " + std::to_string(most_of_caller) + " event streams open; close one and try again",
                  ask_again);
  ++of_caller;
  ++open_;
}

// Under the bell's mutex.
void Streams::leave(const std::string& caller_id) {
  --open_;
  const auto of_caller = open_of_.find(caller_id);
  if (--of_caller->second == 0) open_of_.erase(of_caller);
}

Streams::Fed Streams::feed(Stream& stream, bool keep_alive) {
  if (stream.cancelled->load() || !stream.access->renew(stream.caller)) return Fed::ended;
  const auto queued = stream.answer->body(keep_alive ? ": keep-alive\n\n" : "");
  if (queued == UINT64_MAX) return Fed::ended;
  if (queued > stream.answer->pause_above()) return Fed::all;  // for now: the answer rings when it has drained
  const auto events = log_.after(stream.sent, events_at_once);
  std::string text;
  for (const auto& event : events) {
    if (stream.access->may(stream.caller, Permission::view, event.project_id)) text += framed(event);
    stream.sent = event.number;
  }
  if (!text.empty() && stream.answer->body(text) == UINT64_MAX) return Fed::ended;
  return events.size() < static_cast<std::size_t>(events_at_once) ? Fed::all : Fed::some;
}

void Streams::feed_all() {
  auto next_keep_alive = std::chrono::steady_clock::now() + keep_alive_every;
  std::unique_lock lock(bell_->mutex);
  while (!stopping_) {
    bell_->rung.wait_until(lock, next_keep_alive, [this] { return bell_->news || stopping_; });
    bell_->news = false;
    streams_.splice(streams_.end(), arriving_);
    lock.unlock();
    const bool keep_alive = std::chrono::steady_clock::now() >= next_keep_alive;
    if (keep_alive) next_keep_alive = std::chrono::steady_clock::now() + keep_alive_every;
    bool more = false;
    std::list<Stream> ended;
    for (auto stream = streams_.begin(); stream != streams_.end();) {
      auto fed = Fed::ended;
      try {
        fed = feed(*stream, keep_alive);
      } catch (const std::exception&) {
        // The store is away: the reader comes back with its last number.
      }
      more = more || fed == Fed::some;
      const auto next = std::next(stream);
      if (fed == Fed::ended) ended.splice(ended.end(), streams_, stream);
      stream = next;
    }
    lock.lock();
    for (const auto& stream : ended) leave(stream.caller.id);
    lock.unlock();
    for (const auto& stream : ended) stream.answer->end();
    lock.lock();
    bell_->news = bell_->news || more;
  }
  streams_.splice(streams_.end(), arriving_);
  lock.unlock();
  for (const auto& stream : streams_) stream.answer->end();
  streams_.clear();
}

}  // namespace wyvern::events
