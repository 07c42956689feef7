#include "connection.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <random>

#include "admission.hpp"
#include "compression.hpp"

namespace wyvern::http {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

// Beyond the headers' limit, so that what is too large is found out by the parser.
constexpr std::size_t sealed_input_bytes = 16 * 1024;
constexpr std::size_t input_beyond_headers = 4 * 1024;
// A reader that pipelines without reading gets no further request served until it has read this far.
constexpr std::uint64_t most_unread_answers = 256 * 1024;
// A small body that nobody wants is read, so that the connection can go on after the refusal.
constexpr std::uint64_t most_discarded_body = 64 * 1024;
// What is told to whoever came when there were too many.
constexpr int retry_after_s = 1;

// "127.0.0.1:50412", "[::1]:50412"
std::string describe(const asio::ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  const auto port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

// Whose calls count as one client's.
std::string network_of(const asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address.to_string();
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

// Unique enough to find a request in logs; no secret.
void append_request_id(std::string& to) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr std::string_view digits = "0123456789abcdef";
  for (auto bits = random(), i = std::uint64_t{0}; i < 16; ++i, bits >>= 4) to += digits[bits & 15];
}

}  // namespace

Connection::Connection(std::shared_ptr<Core> core, Socket socket)
    : core_(std::move(core)),
      membership_(core_->connections, this),
      socket_(std::move(socket)),
      input_(core_->settings.max_header_bytes + input_beyond_headers),
      deadlines_(core_->settings),
      parser_(core_->settings.max_header_bytes, core_->settings.max_target_bytes),
      exchange_(core_->operations, *this, core_->settings.max_queued_bytes, core_->settings.compress,
                core_->cross_origin.configured(), core_->tls != nullptr) {
  ErrorCode ignored;
  const auto peer = socket_.remote_endpoint(ignored);
  if (!ignored) remote_ = describe(peer);
  client_ = core_->occupancy.client(ignored ? std::string() : network_of(peer.address()));
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  if (core_->tls) {
    tls_ = std::make_unique<Tls>(*core_->tls);
    sealed_input_.resize(sealed_input_bytes);
    phase_ = Phase::header;  // the handshake may take as long as a request's headers
  }
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
                    true,
                    retry_after_s});
      self->flush();
    }
    self->deadlines_.arm(self->phase_, self->requests_);
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
  if (!deadlines_.read_passed(now) && !deadlines_.write_passed(now)) return;
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->on_deadline(); });
}

void Connection::wake() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->on_reply(); });
}

void Connection::too_slow() {
  asio::post(socket_.get_executor(),
             [self = shared_from_this()] { self->drop_far_behind(self->exchange_.operation()); });
}

void Connection::drop_far_behind(const Operation* operation) {
  drop_slow_reader(operation, "more than " + std::to_string(core_->settings.max_queued_bytes) + " bytes waited for it");
}

void Connection::drop_slow_reader(const Operation* operation, const std::string& reason) {
  if (phase_ == Phase::closed) return;
  core_->slow_readers.fetch_add(1, std::memory_order_relaxed);
  core_->host.warn("a reader that is too slow was dropped",
                   {{"surface", core_->name},
                    {"remote", remote_},
                    {"operation", operation == nullptr ? "" : operation->name},
                    {"reason", reason}},
                   parser_.request().request_id());
  close();
}

// ---- reading ----

void Connection::read() {
  if (reading_ || read_ended_ || phase_ == Phase::closed) return;
  if (phase_ == Phase::lingering) input_.clear();
  if (!input_.make_room()) return;  // pipelined requests wait for the answer that is under way
  reading_ = true;
  if (sealed_waits_ && phase_ != Phase::lingering) {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      self->reading_ = false;
      self->on_read(0);
    });
    return;
  }
  socket_.async_read_some(tls_ ? asio::buffer(sealed_input_) : asio::buffer(input_.room(), input_.room_bytes()),
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
  if (phase_ == Phase::lingering) return read();
  if (!tls_) {
    input_.added(bytes);
    return process();
  }
  if (!decrypt(bytes)) return;
  const bool ended = read_ended_;
  process();
  if (ended) on_read_end(true);
}

// False when the connection has ended with it.
bool Connection::decrypt(std::size_t bytes) {
  tls_->received({sealed_input_.data(), bytes});
  const auto result = tls_->read(input_);
  sealed_waits_ = result == Tls::Read::full;
  if (result == Tls::Read::ended) read_ended_ = true;
  if (result == Tls::Read::failed) {
    flush();  // the alert
    close();
    return false;
  }
  if (phase_ == Phase::header && tls_->established() && !parser_.started()) phase_ = Phase::idle;
  return true;
}

// The reader has hung up, or has only closed its writing side and waits for the answer: which of the two, the next
// bytes that go out will tell. A stream may have none for long, so it has lost its reader.
void Connection::on_read_end(bool orderly) {
  if (phase_ == Phase::closed) return;
  read_ended_ = true;
  if (!orderly || phase_ == Phase::lingering) return close();
  if (exchange_.open()) {
    if (exchange_.operation()->reply == Operation::Reply::stream) close();
    return;
  }
  if (all_sent()) return close();
  end_after_write();
  flush();
}

// ---- requests ----

void Connection::process() {
  while (phase_ == Phase::idle || phase_ == Phase::header || phase_ == Phase::body) {
    if (out_.size() > most_unread()) flush();
    if (out_.size() > most_unread() || end_after_write_ || !parse()) break;
  }
  flush();
  deadlines_.arm(phase_, requests_);
  read();
}

// False when more bytes are needed.
bool Connection::parse() {
  std::size_t used = 0;
  const auto step = parser_.feed(input_.unused(), used);
  input_.use(used);
  switch (step) {
    case RequestParser::Step::more:
      if (phase_ == Phase::idle && parser_.started()) phase_ = Phase::header;
      if (input_.full()) refuse({431, "http.headers", "a line of the request is too long", Json::object(), {}, true});
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
  cross_origin_ = core_->cross_origin.of_answer(request.origin);
  const auto reject = [&](Refusal refusal) {
    // A body of bearable size is read and forgotten, so that the next request can be understood.
    const bool go_on = !refusal.close && !request.expects_continue && !request.chunked &&
                       request.content_length.value_or(0) <= most_discarded_body;
    if (!go_on) {
      refusal.close = true;
      return refuse(refusal);
    }
    refusal_ = std::make_unique<Refusal>(std::move(refusal));
    parser_.discard_body();
  };

  if (core_->draining.load(std::memory_order_relaxed))
    return reject({503, "http.draining", "the server is about to stop", Json::object(), {}, true, retry_after_s});
  auto admission = admit(request, *core_->router, core_->settings, target_, match_);
  if (admission.refusal) return reject(std::move(*admission.refusal));
  parser_.limit_body(admission.body_limit);
  if (request.expects_continue && !request.http_1_0 && request.has_body()) {
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
    return refuse(refusal);
  }
  if (match_.endpoint == nullptr) {
    if (request.preflight) cross_origin_ = core_->cross_origin.of_preflight(request.origin, match_.allow);
    return answer(204, {}, {}, match_.allow, !keep);
  }
  if (const auto* document = match_.endpoint->document) {
    return answer(*document, !keep);
  }
  if (auto refusal = enter(*match_.endpoint->operation)) {
    refusal->close = !keep;
    return refuse(*refusal);
  }
  phase_ = Phase::call;
  if (exchange_.begin(shared_from_this(), match_, request, target_, remote_, cross_origin_)) finish_exchange();
}

// Takes a place among the calls under way, until finish_exchange(); or says why there is none.
std::optional<Refusal> Connection::enter(const Operation& operation) {
  const bool stream = operation.reply == Operation::Reply::stream;
  const auto kind = stream ? Occupancy::Kind::stream : Occupancy::Kind::call;
  const auto& limit = core_->occupancy.limit(kind);
  switch (core_->occupancy.enter(*client_, kind)) {
    case Occupancy::Entry::admitted:
      entered_ = kind;
      return std::nullopt;
    case Occupancy::Entry::full:
      return Refusal{503,
                     stream ? "http.too_many_streams" : "http.too_many_calls",
                     "the server has as many " + std::string(stream ? "streams" : "calls") +
                         " under way as it may; try again soon",
                     {{"limit", limit.total}},
                     {},
                     false,
                     retry_after_s};
    case Occupancy::Entry::share_used:
      return Refusal{429,
                     stream ? "http.too_many_streams_of_address" : "http.too_many_calls_of_address",
                     "your address has as many " + std::string(stream ? "streams" : "calls") +
                         " under way as one may have; end one, or wait for an answer",
                     {{"limit", limit.per_address}},
                     {},
                     false,
                     retry_after_s};
  }
  return std::nullopt;
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
  core_->occupancy.leave(*client_, entered_);
  if (phase_ == Phase::closed) return;
  switch (outcome) {
    case Exchange::Outcome::silent:
      core_->host.error("an operation ended without an answer",
                        {{"surface", core_->name}, {"operation", operation->name}}, parser_.request().request_id());
      return refuse({500, "http.no_answer", "the operation ended without an answer", Json::object(), {}, true});
    case Exchange::Outcome::broken:
      core_->host.error("an operation gave fewer bytes than it had announced",
                        {{"surface", core_->name}, {"operation", operation->name}}, parser_.request().request_id());
      return end_after_write();
    case Exchange::Outcome::dropped:
      return drop_far_behind(operation);
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
  cross_origin_.clear();
}

void Connection::refuse(const Refusal& refusal) {
  if (parser_.request().request_id().empty()) name_request();
  const auto seconds = std::to_string(refusal.retry_after_s);
  const wyv_field retry_after{view("retry-after"), view(seconds)};
  answer(refusal.status, "application/json", body_of(refusal, parser_.request().request_id()), refusal.allow,
         refusal.close, &retry_after, refusal.retry_after_s > 0 ? 1 : 0);
}

void Connection::answer(const Document& document, bool close) {
  std::array<wyv_field, 2> fields{{{view("cache-control"), view("no-cache")}}};
  std::uint32_t count = 1;
  if (!document.security_policy.empty())
    fields[count++] = {view("content-security-policy"), view(document.security_policy)};
  const bool gzipped = core_->settings.compress && document.body.size() >= least_compressed_bytes &&
                       accepts_gzip(parser_.request().accept_encoding);
  answer(200, document.content_type, gzipped ? gzip(document.body) : document.body, {}, close, fields.data(), count,
         gzipped);
}

void Connection::answer(int status, std::string_view content_type, std::string_view body, std::string_view allow,
                        bool close, const wyv_field* headers, std::uint32_t header_count, bool gzipped) {
  close = close || closing();
  ResponseHead head;
  head.status = status;
  head.content_type = content_type;
  head.length = body.size();
  head.headers = headers;
  head.header_count = header_count;
  head.request_id = parser_.request().request_id();
  head.allow = allow;
  head.cross_origin = cross_origin_;
  head.varies_by_origin = core_->cross_origin.configured();
  head.varies_by_encoding = head.gzip = gzipped;
  head.close = close;
  out_.compose([&](std::string& end) { append_head(end, head); });
  if (parser_.request().method != "HEAD" && has_body(status)) out_.append(body);
  if (close) return end_after_write();
  next_request();
}

void Connection::flush() {
  if (writing_ || phase_ == Phase::closed) return;
  switch (send()) {
    case Written::failed:
      return close();
    case Written::some:
      await_reader();
      break;
    case Written::all:
      break;
  }
  if (exchange_.open()) exchange_.sent();
  if (all_sent() && end_after_write_ && phase_ != Phase::lingering) linger();
}

Written Connection::send() {
  if (!tls_) return write_from(out_, socket_);
  for (;;) {
    tls_->write(out_);
    const auto written = write_from(tls_->sealed(), socket_);
    if (written != Written::all || out_.empty() || !tls_->established()) return written;
  }
}

bool Connection::all_sent() const { return out_.empty() && (!tls_ || tls_->sealed().empty()); }

// Nor more than lets the next answer begin without its sender having to pause.
std::uint64_t Connection::most_unread() const {
  return std::min<std::uint64_t>(most_unread_answers, core_->settings.max_queued_bytes / 2);
}

void Connection::await_reader() {
  writing_ = true;
  unacknowledged_ = unacknowledged(socket_);
  deadlines_.await_reader();
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](ErrorCode) {
    self->writing_ = false;
    if (self->phase_ == Phase::closed) return;
    self->deadlines_.reader_took();
    const bool paused = self->out_.size() > self->most_unread();
    self->flush();
    if (paused && self->out_.size() <= self->most_unread()) self->process();
  });
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
  if (tls_) {
    tls_->finish();
    (void)send();
  }
  ErrorCode ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  phase_ = Phase::lingering;
  deadlines_.arm(phase_, requests_);
  read();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  deadlines_.clear();
  ErrorCode ignored;
  socket_.close(ignored);
  out_.clear();
  if (exchange_.open()) exchange_.withdraw();
}

void Connection::on_deadline() {
  if (phase_ == Phase::closed) return;
  const auto now = Deadlines::now_ns();
  if (deadlines_.write_passed(now)) {
    // The socket can be written to again only after many bytes have left; what the reader took meanwhile counts too.
    const int left = unacknowledged(socket_);
    if (left < 0 || left >= unacknowledged_)
      return drop_slow_reader(exchange_.operation(),
                              "it took no byte for " + std::to_string(core_->settings.write_timeout.count()) + " ms");
    unacknowledged_ = left;
    return deadlines_.await_reader();
  }
  if (!deadlines_.read_passed(now)) return;
  // Not idle while it reads the last answer, however long that takes.
  if (tls_ && !tls_->established()) return close();
  if (phase_ == Phase::idle && !all_sent()) return deadlines_.arm_again(phase_);
  if (phase_ == Phase::header || phase_ == Phase::body) {
    const bool header = phase_ == Phase::header;
    refuse({408,
            "http.timeout",
            header ? "the headers came too slowly" : "the body came too slowly",
            Json::object(),
            {},
            true});
    flush();
    deadlines_.arm(phase_, requests_);
    return;
  }
  close();  // nobody is waiting for an answer
}

std::string Connection::waits_for() const {
  const auto* operation = exchange_.operation();  // lives as long as the router
  return operation == nullptr ? std::string() : operation->name;
}

}  // namespace wyvern::http
