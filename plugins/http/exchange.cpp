#include "exchange.hpp"

#include <array>
#include <charconv>

#include "compression.hpp"
#include "wyvern/view.hpp"

namespace wyvern::http {
namespace {

// From here on a piece is handed to the socket before the operation goes on.
constexpr std::uint64_t flush_bytes = 64 * 1024;

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

Exchange::Exchange(const Operations& operations, Wire& wire, std::uint64_t max_queued_bytes, bool compress,
                   bool varies_by_origin, bool over_tls)
    : Reply(max_queued_bytes / 2),
      operations_(operations),
      wire_(wire),
      max_queued_bytes_(max_queued_bytes),
      compress_(compress),
      varies_by_origin_(varies_by_origin),
      over_tls_(over_tls) {}

bool Exchange::begin(std::shared_ptr<void> alive, const Router::Match& match, const Request& request,
                     const Target& target, const std::string& remote, std::string cross_origin) {
  alive_ = std::move(alive);
  operation_.store(match.endpoint->operation, std::memory_order_relaxed);
  cancelled_ = false;
  request_id_ = request.request_id();
  cross_origin_ = std::move(cross_origin);
  varies_by_encoding_ = compress_ && !operation()->streams() && !operation()->secret_answer;
  gzip_ = varies_by_encoding_ && accepts_gzip(request.accept_encoding);
  head_of_get_ = match.head_of_get;
  http_1_0_ = request.http_1_0;
  keep_alive_ = request.keep_alive;
  head_given_ = gathering_ = chunked_ = bodyless_ = remote_ = close_ = inline_end_ = false;
  remaining_ = 0;
  gone_.store(false, std::memory_order_relaxed);
  head_only_.store(false, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    woken_ = ended_ = paused_ = false;
  }
  calling = this;
  call(match, request, target, remote);
  calling = nullptr;
  if (!inline_end_) {
    if (gone_.load(std::memory_order_acquire)) cancel();  // lost within the call, before there was a handle
    end_head_only();
    sent();
  }
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
  const wyv_caller caller{sizeof(wyv_caller),
                          by_cookie ? 1U : 0U,
                          view(by_cookie ? request.session : request.bearer),
                          view(request.requested_with),
                          view(remote),
                          view(request.traceparent),
                          over_tls_ ? 1U : 0U,
                          0};
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
  operations_.call(raw, *this, pending_);
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

// The bytes on their way, and a note when they are so many that the sender will pause.
std::uint64_t Exchange::waiting() {
  std::uint64_t bytes = 0;
  {
    const std::lock_guard lock(mutex_);
    bytes = wire_.queue().size() + inbox_.size();
    if (bytes <= pause_above()) return bytes;
    paused_ = true;
    if (woken_ || inbox_.empty()) return bytes;
    woken_ = true;  // nothing more may come to send these on
  }
  wire_.wake();
  return bytes;
}

void Exchange::sent() {
  if (calling == this) return;  // the call has not returned yet; begin() asks again
  {
    const std::lock_guard lock(mutex_);
    if (!paused_ || wire_.queue().size() + inbox_.size() > pause_above() / 2) return;
    paused_ = false;
  }
  pending_.drained();
}

void Exchange::head(int status, std::string_view content_type, const wyv_field* headers, std::uint32_t header_count,
                    std::uint64_t length) {
  if (head_given_) return;
  head_given_ = true;
  if (status < 200 || status > 599) status = 500;
  bodyless_ = head_of_get_ || !has_body(status);
  const bool stream = length == unknown_length;
  chunked_ = stream && !http_1_0_ && has_body(status);
  close_ = !keep_alive_ || wire_.closing() || (stream && http_1_0_);  // HTTP/1.0 knows the end by the close alone
  remaining_ = bodyless_ ? 0 : length;
  const bool head_only = bodyless_ && (stream || operation()->streams());
  head_only_.store(head_only, std::memory_order_release);
  if (gone_.load(std::memory_order_relaxed)) return;
  ResponseHead made;
  made.status = status;
  made.content_type = content_type;
  made.length = length;
  made.headers = headers;
  made.header_count = header_count;
  gathering_ = gzip_ && !bodyless_ && !stream && length >= least_compressed_bytes && length <= max_queued_bytes_ &&
               compressible(content_type);
  if (!gathering_) return write_head(made, stream || head_only);
  status_ = status;
  content_type_ = content_type;
  headers_.clear();
  for (std::uint32_t i = 0; i < header_count; ++i) headers_.emplace_back(text(headers[i].name), text(headers[i].value));
  gathered_.clear();
}

void Exchange::write_head(ResponseHead head, bool wake) {
  head.request_id = request_id_;
  head.cross_origin = cross_origin_;
  head.varies_by_encoding = varies_by_encoding_;
  head.varies_by_origin = varies_by_origin_;
  head.chunked = chunked_;
  head.close = close_;
  head.keep_alive_1_0 = http_1_0_;
  write(wake, [&](WriteQueue& to) { to.compose([&](std::string& end) { append_head(end, head); }); });
}

void Exchange::write_compressed() {
  const auto compressed = gzip(gathered_);
  std::vector<wyv_field> fields;
  for (const auto& [name, value] : headers_) fields.push_back({view(name), view(value)});
  ResponseHead head;
  head.status = status_;
  head.content_type = content_type_;
  head.length = compressed.size();
  head.headers = fields.data();
  head.header_count = static_cast<std::uint32_t>(fields.size());
  head.gzip = true;
  write_head(head, false);
  write(false, [&](WriteQueue& to) { to.append(compressed); });
  std::string().swap(gathered_);
}

std::uint64_t Exchange::body(std::string_view bytes) {
  if (gone_.load(std::memory_order_acquire)) return reader_left;
  if (!head_given_) return 0;
  if (bodyless_) return reader_left;  // the head was the whole answer
  const bool stream = remaining_ == unknown_length;
  if (!stream && bytes.size() > remaining_) bytes = bytes.substr(0, static_cast<std::size_t>(remaining_));
  if (bytes.empty()) return waiting();  // an empty chunk would be the end
  if (waiting() > max_queued_bytes_) {
    gone_.store(true, std::memory_order_release);
    wire_.too_slow();
    return reader_left;
  }
  if (!stream) remaining_ -= bytes.size();
  if (gathering_) {
    gathered_ += bytes;
    if (remaining_ == 0) write_compressed();
    return waiting();
  }
  write(stream, [&](WriteQueue& to) {
    if (chunked_)
      append_chunk(to, bytes);
    else
      to.append(bytes);
  });
  return waiting();
}

void Exchange::end() noexcept {
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
  if (!ended) end_head_only();
  return ended;
}

// HEAD of a stream or a file: the head is the whole answer, so the operation need not go on.
void Exchange::end_head_only() {
  if (head_only_.load(std::memory_order_acquire)) cancel();
}

Exchange::Outcome Exchange::finish() {
  pending_.release();
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
  if (cancelled_ || !pending_) return;
  cancelled_ = true;
  pending_.cancel();
}

}  // namespace wyvern::http
