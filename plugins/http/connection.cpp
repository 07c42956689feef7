#include "connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstring>
#include <random>

#include "wyvern/view.hpp"

namespace wyvern::http {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

constexpr std::size_t first_input_bytes = 4 * 1024;
constexpr std::size_t pieces_a_write = 16;
// A reader that pipelines without reading gets no further request served until it has read this far.
constexpr std::uint64_t most_unread_answers = 256 * 1024;
// A small body that nobody wants is read, so that the connection can go on after the refusal.
constexpr std::uint64_t most_discarded_body = 64 * 1024;
constexpr std::chrono::milliseconds linger_timeout{1000};

// What one write takes from the queue: a buffer sequence for Asio, without an allocation.
struct Pieces {
  using value_type = asio::const_buffer;
  using const_iterator = const asio::const_buffer*;
  const_iterator begin() const { return buffers.data(); }
  const_iterator end() const { return buffers.data() + count; }

  std::array<asio::const_buffer, pieces_a_write> buffers;
  std::size_t count = 0;
};

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t after(std::chrono::milliseconds timeout) {
  return now_ns() + std::chrono::duration_cast<std::chrono::nanoseconds>(timeout).count();
}

// "127.0.0.1:50412", "[::1]:50412"
std::string describe(const asio::ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  const auto port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

// Unique enough to find a request in logs; no secret.
void append_request_id(std::string& to) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr std::string_view digits = "0123456789abcdef";
  for (auto bits = random(), i = std::uint64_t{0}; i < 16; ++i, bits >>= 4) to += digits[bits & 15];
}

bool is_json(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find_first_of("; \t"));
  const auto equal = [](std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
             return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
           });
  };
  return equal(type, "application/json") || (type.size() > 17 && equal(type.substr(0, 12), "application/") &&
                                             equal(type.substr(type.size() - 5), "+json"));
}

}  // namespace

Connection::Connection(std::shared_ptr<Core> core, Socket socket)
    : core_(std::move(core)),
      membership_(core_->connections, this),
      socket_(std::move(socket)),
      input_(first_input_bytes),
      parser_(core_->settings.max_header_bytes, core_->settings.max_target_bytes),
      exchange_(core_->table, *this, core_->settings.max_queued_bytes) {
  ErrorCode ignored;
  const auto peer = socket_.remote_endpoint(ignored);
  if (!ignored) remote_ = describe(peer);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

void Connection::start(bool one_too_many) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), one_too_many] {
    if (one_too_many) {
      self->core_->refused_connections.fetch_add(1, std::memory_order_relaxed);
      self->refuse({503,
                    "http.too_many_connections",
                    "the server has as many connections as it may; try again later",
                    Json::object(),
                    {},
                    true});
      self->flush();
    }
    self->arm();
    self->read();
  });
}

void Connection::drain() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->exchange_.open()) {
      if (self->exchange_.operation()->reply == Operation::Reply::stream) self->exchange_.cancel();
    } else if (self->phase_ == Phase::idle) {
      self->end_after_write();
      self->flush();
    }
  });
}

void Connection::abort() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
}

void Connection::check_deadlines(std::int64_t now) {
  if (now < read_deadline_ns_.load(std::memory_order_relaxed) &&
      now < write_deadline_ns_.load(std::memory_order_relaxed))
    return;
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->on_deadline(); });
}

void Connection::wake() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->on_reply(); });
}

void Connection::too_slow() {
  asio::post(socket_.get_executor(),
             [self = shared_from_this()] { self->drop_slow_reader(self->exchange_.operation()); });
}

void Connection::drop_slow_reader(const Operation* operation) {
  if (phase_ == Phase::closed) return;
  core_->slow_readers.fetch_add(1, std::memory_order_relaxed);
  core_->host.warn(
      "a reader that is too slow was dropped",
      {{"surface", core_->name}, {"remote", remote_}, {"operation", operation == nullptr ? "" : operation->name}});
  close();
}

// ---- reading ----

void Connection::read() {
  if (reading_ || read_ended_ || phase_ == Phase::closed) return;
  if (phase_ == Phase::lingering) input_begin_ = input_end_ = 0;
  if (input_begin_ == input_end_) input_begin_ = input_end_ = 0;
  if (input_end_ == input_.size()) {
    if (input_begin_ > 0) {
      std::memmove(input_.data(), input_.data() + input_begin_, input_end_ - input_begin_);
      input_end_ -= input_begin_;
      input_begin_ = 0;
    } else if (input_.size() < core_->settings.max_header_bytes + first_input_bytes) {
      input_.resize(std::min(input_.size() * 2, core_->settings.max_header_bytes + first_input_bytes));
    } else {
      return;  // pipelined requests wait for the answer that is under way
    }
  }
  reading_ = true;
  socket_.async_read_some(asio::buffer(input_.data() + input_end_, input_.size() - input_end_),
                          [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
                            self->reading_ = false;
                            if (error)
                              self->on_read_end(error == asio::error::eof);
                            else
                              self->on_read(bytes);
                          });
}

void Connection::on_read(std::size_t bytes) {
  if (phase_ == Phase::closed) return;
  input_end_ += bytes;
  if (phase_ == Phase::lingering) return read();
  process();
}

// The reader has hung up. One that half-closes after its request still gets a short answer; a stream has lost it.
void Connection::on_read_end(bool orderly) {
  if (phase_ == Phase::closed) return;
  read_ended_ = true;
  if (!orderly || phase_ == Phase::lingering) return close();
  if (exchange_.open()) {
    if (exchange_.operation()->streams()) close();
    return;
  }
  if (out_.empty()) return close();
  end_after_write();
  flush();
}

// ---- requests ----

void Connection::process() {
  while (phase_ == Phase::idle || phase_ == Phase::header || phase_ == Phase::body) {
    if (out_.size() > most_unread_answers) flush();
    if (out_.size() > most_unread_answers || end_after_write_ || !parse()) break;
  }
  flush();
  arm();
  read();
}

// False when more bytes are needed.
bool Connection::parse() {
  std::size_t used = 0;
  const auto step = parser_.feed({input_.data() + input_begin_, input_end_ - input_begin_}, used);
  input_begin_ += used;
  switch (step) {
    case RequestParser::Step::more:
      if (phase_ == Phase::idle && parser_.started()) phase_ = Phase::header;
      if (input_begin_ == 0 && input_end_ >= core_->settings.max_header_bytes + first_input_bytes)
        refuse({431, "http.headers", "a line of the request is too long", Json::object(), {}, true});
      return false;
    case RequestParser::Step::header:
      phase_ = Phase::body;
      on_header();
      return true;
    case RequestParser::Step::complete:
      dispatch();
      return true;
    case RequestParser::Step::failed:
      name_request();
      refuse(parser_.fault());
      return true;
  }
  return false;
}

void Connection::name_request() {
  if (auto& id = parser_.request().request_id(); id.empty()) append_request_id(id);
}

// Decides what to do about the request before a byte of its body is taken.
void Connection::on_header() {
  name_request();
  const auto& request = parser_.request();
  const auto reject = [&](Refusal refusal) {
    // A body of bearable size is read and forgotten, so that the next request can be understood.
    const bool go_on = !refusal.close && !request.expects_continue && !request.chunked &&
                       request.content_length.value_or(0) <= most_discarded_body;
    if (!go_on) {
      refusal.close = true;
      return refuse(std::move(refusal));
    }
    refusal_ = std::make_unique<Refusal>(std::move(refusal));
    parser_.discard_body();
  };

  if (core_->draining.load(std::memory_order_relaxed))
    return reject({503, "http.draining", "the server is about to stop", Json::object(), {}, true});
  if (auto refusal = target_.parse(request.target)) return reject(std::move(*refusal));
  if (target_.asterisk()) {
    match_ = {};
    match_.allow = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE";
  } else {
    match_ = core_->router->match(request.method, target_.segments());
  }
  if (match_.allow.empty())
    return reject({404, "http.not_found", "nothing is found at this path", {{"path", target_.path()}}, {}, false});
  std::size_t limit = core_->settings.max_body_bytes;
  if (match_.endpoint == nullptr) {
    if (request.method != "OPTIONS")
      return reject({405,
                     "http.method",
                     "this path does not answer to " + request.method,
                     {{"allow", match_.allow}},
                     std::string(match_.allow),
                     false});
  } else if (match_.endpoint->operation != nullptr) {
    limit = match_.endpoint->operation->body_limit_bytes.value_or(limit);
    for (const auto& name : match_.endpoint->parameters)
      for (const auto& [key, ignored] : target_.query())
        if (key == name)
          return reject({400,
                         "http.duplicate_field",
                         "the query names '" + name + "', which the path gives already",
                         {{"field", name}},
                         {},
                         false});
  }
  if (!request.has_body()) return;
  if (!request.content_type.empty() && !is_json(request.content_type))
    return reject({415,
                   "http.media_type",
                   "a body is taken as application/json only",
                   {{"content_type", request.content_type}},
                   {},
                   false});
  if (request.content_length.value_or(0) > limit)
    return reject({413,
                   "http.body_too_large",
                   "the body is larger than the " + std::to_string(limit) + " bytes that are allowed here",
                   {{"limit_bytes", limit}},
                   {},
                   true});
  parser_.limit_body(limit);
  if (request.expects_continue && !request.http_1_0) {
    out_.append("HTTP/1.1 100 Continue\r\n\r\n");
    flush();
  }
}

void Connection::dispatch() {
  core_->requests.fetch_add(1, std::memory_order_relaxed);
  const auto& request = parser_.request();
  const bool keep = request.keep_alive && !request.http_1_0;
  if (refusal_) {
    auto refusal = std::move(*std::exchange(refusal_, nullptr));
    refusal.close = !keep;
    return refuse(std::move(refusal));
  }
  if (match_.endpoint == nullptr) return answer(204, {}, {}, match_.allow, !keep);
  if (const auto* document = match_.endpoint->document) {
    const wyv_field revalidate{view("cache-control"), view("no-cache")};
    return answer(200, document->content_type, document->body, {}, !keep, &revalidate, 1);
  }
  phase_ = Phase::call;
  if (exchange_.begin(shared_from_this(), match_, request, target_, remote_)) finish_exchange();
}

// ---- answers ----

void Connection::on_reply() {
  if (!exchange_.open()) return;
  const bool ended = exchange_.collect();
  if (phase_ == Phase::closed) out_.clear();
  if (ended) finish_exchange();
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::call)
    flush();
  else
    process();
}

void Connection::finish_exchange() {
  const auto* operation = exchange_.operation();
  const auto outcome = exchange_.finish();
  if (phase_ == Phase::closed) return;
  switch (outcome) {
    case Exchange::Outcome::silent:
      core_->host.error("an operation ended without an answer",
                        {{"surface", core_->name}, {"operation", operation->name}});
      return refuse({500, "http.no_answer", "the operation ended without an answer", Json::object(), {}, true});
    case Exchange::Outcome::broken:
      core_->host.error("an operation gave fewer bytes than it had announced",
                        {{"surface", core_->name}, {"operation", operation->name}});
      return end_after_write();
    case Exchange::Outcome::dropped:
      return drop_slow_reader(operation);
    case Exchange::Outcome::close:
      return end_after_write();
    case Exchange::Outcome::keep:
      if (read_ended_ || core_->draining.load(std::memory_order_relaxed)) return end_after_write();
      return next_request();
  }
}

void Connection::next_request() {
  phase_ = Phase::idle;
  ++requests_;
  parser_.reset();
}

void Connection::refuse(Refusal refusal) {
  if (parser_.request().request_id().empty()) name_request();
  answer(refusal.status, "application/json", body_of(refusal), refusal.allow, refusal.close);
}

void Connection::answer(int status, std::string_view content_type, std::string_view body, std::string_view allow,
                        bool close, const wyv_field* headers, std::uint32_t header_count) {
  close = close || closing();
  ResponseHead head;
  head.status = status;
  head.content_type = content_type;
  head.length = body.size();
  head.headers = headers;
  head.header_count = header_count;
  head.request_id = parser_.request().request_id();
  head.allow = allow;
  head.close = close;
  out_.compose([&](std::string& end) { append_head(end, head); });
  if (parser_.request().method != "HEAD" && has_body(status)) out_.append(body);
  if (close) return end_after_write();
  next_request();
}

void Connection::flush() {
  if (writing_ || phase_ == Phase::closed) return;
  while (!out_.empty()) {
    Pieces pieces;
    out_.look(pieces.buffers.size(),
              [&](const char* data, std::size_t size) { pieces.buffers[pieces.count++] = asio::buffer(data, size); });
    ErrorCode error;
    const auto written = socket_.write_some(pieces, error);
    if (error == asio::error::would_block) {
      out_.consume(0);
      writing_ = true;
      write_deadline_ns_.store(after(core_->settings.write_timeout), std::memory_order_relaxed);
      socket_.async_wait(Socket::wait_write, [self = shared_from_this()](ErrorCode) {
        self->writing_ = false;
        if (self->phase_ == Phase::closed) return;
        self->write_deadline_ns_.store(INT64_MAX, std::memory_order_relaxed);
        const bool paused = self->out_.size() > most_unread_answers;
        self->flush();
        if (paused && self->out_.size() <= most_unread_answers) self->process();
      });
      break;
    }
    if (error) return close();
    out_.consume(written);
  }
  unsent_.store(out_.size(), std::memory_order_relaxed);
  if (out_.empty() && end_after_write_ && phase_ != Phase::lingering) linger();
}

// ---- the end ----

void Connection::end_after_write() {
  end_after_write_ = true;
  if (phase_ != Phase::lingering) phase_ = Phase::call;  // no further request is read
}

// A close while bytes of the reader are unread would reset the connection and could take the answer with it. So the
// writing side is closed and the rest read until the reader closes too, for a moment.
void Connection::linger() {
  if (read_ended_) return close();
  ErrorCode ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  phase_ = Phase::lingering;
  arm();
  read();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  read_deadline_ns_.store(INT64_MAX, std::memory_order_relaxed);
  write_deadline_ns_.store(INT64_MAX, std::memory_order_relaxed);
  ErrorCode ignored;
  socket_.close(ignored);
  out_.clear();
  if (exchange_.open()) exchange_.withdraw();
}

// ---- deadlines ----

// A deadline belongs to a phase of a request and is set once, so that dripping bytes do not push it on.
void Connection::arm() {
  if (phase_ == armed_ && requests_ == armed_request_) return;
  armed_ = phase_;
  armed_request_ = requests_;
  const auto& settings = core_->settings;
  auto deadline = std::int64_t{INT64_MAX};
  switch (phase_) {
    case Phase::idle:
      deadline = after(settings.idle_timeout);
      break;
    case Phase::header:
      deadline = after(settings.header_timeout);
      break;
    case Phase::body:
      deadline = after(settings.body_timeout);
      break;
    case Phase::lingering:
      deadline = after(linger_timeout);
      break;
    case Phase::call:
    case Phase::closed:
      break;
  }
  read_deadline_ns_.store(deadline, std::memory_order_relaxed);
}

void Connection::on_deadline() {
  if (phase_ == Phase::closed) return;
  const auto now = now_ns();
  if (now >= write_deadline_ns_.load(std::memory_order_relaxed)) return too_slow();
  if (now < read_deadline_ns_.load(std::memory_order_relaxed)) return;
  if (phase_ == Phase::header || phase_ == Phase::body) {
    const bool header = phase_ == Phase::header;
    refuse({408,
            "http.timeout",
            header ? "the headers came too slowly" : "the body came too slowly",
            Json::object(),
            {},
            true});
    flush();
    arm();
    return;
  }
  close();  // nobody is waiting for an answer
}

std::string Connection::waits_for() const {
  const auto* operation = exchange_.operation();  // lives as long as the router
  return operation == nullptr ? std::string() : operation->name;
}

}  // namespace wyvern::http
