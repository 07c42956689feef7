#include "exchange.hpp"

#include <array>
#include <charconv>

#include "wyvern/view.hpp"

namespace wyvern::http {
namespace {

// From here on a piece is handed to the socket before the operation goes on.
constexpr std::uint64_t flush_bytes = 64 * 1024;
constexpr std::uint64_t reader_left = UINT64_MAX;

// The exchange whose call runs on this thread now, if any.
thread_local const Exchange* calling = nullptr;

void append_chunk_size(std::string& to, std::size_t size) {
  std::array<char, 16> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  to.append(digits.data(), end);
  to += "\r\n";
}

void append_chunk(WriteQueue& to, std::string_view bytes) {
  to.compose([&](std::string& end) { append_chunk_size(end, bytes.size()); });
  to.append(bytes);
  to.append("\r\n");
}

}  // namespace

Exchange::Exchange(Table table, Wire& wire, std::uint64_t max_queued_bytes)
    : table_(table), wire_(wire), max_queued_bytes_(max_queued_bytes), sink_{sizeof(wyv_reply_sink),
                                                                             0,
                                                                             this,
                                                                             &on_head,
                                                                             &on_body,
                                                                             &on_end} {}

bool Exchange::begin(std::shared_ptr<void> alive, const Router::Match& match, const Request& request,
                     const Target& target, const std::string& remote) {
  alive_ = std::move(alive);
  operation_.store(match.endpoint->operation, std::memory_order_relaxed);
  pending_ = nullptr;
  cancelled_ = false;
  request_id_ = request.request_id();
  head_of_get_ = match.head_of_get;
  http_1_0_ = request.http_1_0;
  keep_alive_ = request.keep_alive;
  head_given_ = chunked_ = bodyless_ = remote_ = close_ = inline_end_ = false;
  remaining_ = 0;
  gone_.store(false, std::memory_order_relaxed);
  head_only_stream_.store(false, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    woken_ = ended_ = false;
  }
  calling = this;
  call(match, request, target, remote);
  calling = nullptr;
  if (!inline_end_) end_head_only_stream();
  return inline_end_;
}

void Exchange::call(const Router::Match& match, const Request& request, const Target& target,
                    const std::string& remote) {
  fields_.clear();
  for (std::size_t i = 0; i < match.endpoint->parameters.size(); ++i)
    fields_.push_back({view(match.endpoint->parameters[i]), view(match.values[i])});
  for (const auto& [name, value] : target.query()) fields_.push_back({view(name), view(value)});

  std::array<wyv_field, carried_names.size()> headers;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::uint32_t header_count = 0;
  for (std::size_t i = 0; i < carried_names.size(); ++i)
    if (!request.carried[i].empty()) headers[header_count++] = {view(carried_names[i]), view(request.carried[i])};

  const bool by_cookie = request.bearer.empty() && !request.session.empty();
  const wyv_caller caller{
      sizeof(wyv_caller),           by_cookie ? 1U : 0U, view(by_cookie ? request.session : request.bearer),
      view(request.requested_with), view(remote),        view(request.traceparent)};
  const wyv_call_request raw{sizeof(wyv_call_request),
                             static_cast<std::uint32_t>(fields_.size()),
                             view(match.endpoint->operation->name),
                             view(request.body),
                             fields_.data(),
                             &caller,
                             headers.data(),
                             header_count,
                             0};
  // The answer may end on another thread before this returns, so `pending_` is looked at on the strand only.
  table_.operations->call(table_.host, &raw, &sink_, &pending_);
}

bool Exchange::on_strand_now() const { return calling == this && !remote_; }

template <class Write>
void Exchange::write(bool wake, Write&& write) {
  if (on_strand_now()) {
    write(wire_.queue());
    if (wire_.queue().size() >= flush_bytes) wire_.flush();
    return;
  }
  remote_ = true;
  {
    const std::lock_guard lock(mutex_);
    write(inbox_);
    if (woken_ || !(wake || inbox_.size() >= flush_bytes)) return;
    woken_ = true;
  }
  wire_.wake();
}

std::uint64_t Exchange::queued() {
  if (on_strand_now()) return wire_.queue().size();
  const std::lock_guard lock(mutex_);
  return wire_.unsent() + inbox_.size();
}

void Exchange::head(int status, wyv_view content_type, const wyv_field* headers, std::uint32_t header_count,
                    std::uint64_t length) {
  if (head_given_) return;
  head_given_ = true;
  if (status < 200 || status > 599) status = 500;
  bodyless_ = head_of_get_ || !has_body(status);
  const bool stream = length == unknown_length;
  chunked_ = stream && !http_1_0_ && has_body(status);
  close_ = !keep_alive_ || wire_.closing() || (stream && http_1_0_);  // HTTP/1.0 knows the end by the close alone
  remaining_ = bodyless_ ? 0 : length;
  head_only_stream_.store(stream && bodyless_, std::memory_order_release);
  if (gone_.load(std::memory_order_relaxed)) return;
  ResponseHead made;
  made.status = status;
  made.content_type = text(content_type);
  made.length = length;
  made.headers = headers;
  made.header_count = header_count;
  made.request_id = request_id_;
  made.chunked = chunked_;
  made.close = close_;
  made.keep_alive_1_0 = http_1_0_;
  write(stream, [&](WriteQueue& to) { to.compose([&](std::string& end) { append_head(end, made); }); });
}

std::uint64_t Exchange::body(std::string_view bytes) {
  if (gone_.load(std::memory_order_acquire)) return reader_left;
  if (!head_given_) return 0;
  if (bodyless_) return head_only_stream_.load(std::memory_order_relaxed) ? reader_left : 0;
  const bool stream = remaining_ == unknown_length;
  if (!stream && bytes.size() > remaining_) bytes = bytes.substr(0, static_cast<std::size_t>(remaining_));
  if (bytes.empty()) return queued();  // an empty chunk would be the end
  if (stream && queued() > max_queued_bytes_) {
    gone_.store(true, std::memory_order_release);
    wire_.too_slow();
    return reader_left;
  }
  if (!stream) remaining_ -= bytes.size();
  write(stream, [&](WriteQueue& to) {
    if (chunked_)
      append_chunk(to, bytes);
    else
      to.append(bytes);
  });
  return queued();
}

void Exchange::end() {
  if (chunked_ && !bodyless_ && !gone_.load(std::memory_order_relaxed))
    write(false, [](WriteQueue& to) { to.append("0\r\n\r\n"); });
  if (on_strand_now()) {
    inline_end_ = true;
    return;
  }
  // Once the strand knows of the end it may begin the next exchange, so nothing of this one is touched after.
  auto alive = alive_;
  auto& wire = wire_;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (woken_) return;
    woken_ = true;
  }
  wire.wake();
}

bool Exchange::collect() {
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    woken_ = false;
    wire_.queue().take(inbox_);
    ended = ended_;
  }
  if (!ended) end_head_only_stream();
  return ended;
}

// HEAD of a stream: the head is the whole answer, so the stream need not go on.
void Exchange::end_head_only_stream() {
  if (head_only_stream_.load(std::memory_order_acquire)) cancel();
}

Exchange::Outcome Exchange::finish() {
  if (pending_ != nullptr) table_.operations->release(table_.host, pending_);
  pending_ = nullptr;
  const bool short_of = !chunked_ && !bodyless_ && remaining_ != 0 && remaining_ != unknown_length;
  operation_.store(nullptr, std::memory_order_relaxed);
  alive_.reset();
  if (gone_.load(std::memory_order_relaxed)) return Outcome::dropped;
  if (!head_given_) return Outcome::silent;
  if (short_of) return Outcome::broken;
  return close_ ? Outcome::close : Outcome::keep;
}

void Exchange::withdraw() {
  gone_.store(true, std::memory_order_release);
  cancel();
}

void Exchange::cancel() {
  if (cancelled_ || pending_ == nullptr) return;
  cancelled_ = true;
  table_.operations->cancel(table_.host, pending_);
}

void Exchange::on_head(void* self, std::int32_t status, wyv_view content_type, const wyv_field* headers,
                       std::uint32_t header_count, std::uint64_t length) noexcept {
  static_cast<Exchange*>(self)->head(status, content_type, headers, header_count, length);
}

std::uint64_t Exchange::on_body(void* self, wyv_view bytes) noexcept {
  return static_cast<Exchange*>(self)->body(text(bytes));
}

void Exchange::on_end(void* self) noexcept { static_cast<Exchange*>(self)->end(); }

}  // namespace wyvern::http
