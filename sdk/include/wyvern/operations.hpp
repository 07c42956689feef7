// For surfaces: how to call the operations of the host, and how to take their answers. The table is
// wyvern.host.operations/1 in abi/host.h.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "wyvern/abi/host.h"
#include "wyvern/call.hpp"
#include "wyvern/plugin.hpp"

namespace wyvern {

// Takes one answer after the other, never two at once. The functions come in the order head, body*, end, on any thread;
// the object must live until the end. What they throw counts as a reader that has left.
class Reply {
 public:
  static constexpr std::uint64_t unknown_length = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::uint64_t reader_left = std::numeric_limits<std::uint64_t>::max();

  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  const wyv_reply_sink* sink() const noexcept { return &sink_; }

 protected:
  // A sender pauses when more than `pause_above` bytes wait; PendingCall::drained() lets it go on.
  explicit Reply(std::uint64_t pause_above)
      : sink_{sizeof(wyv_reply_sink), 0, this, &on_head, &on_body, &on_end, pause_above} {}
  ~Reply() = default;

  std::uint64_t pause_above() const noexcept { return sink_.pause_above; }

  virtual void head(int status, std::string_view content_type, const wyv_field* headers, std::uint32_t header_count,
                    std::uint64_t length) = 0;
  // The bytes that wait, these included; or reader_left. Empty bytes only ask.
  virtual std::uint64_t body(std::string_view bytes) = 0;
  virtual void end() noexcept = 0;

 private:
  static void on_head(void* self, std::int32_t status, wyv_view content_type, const wyv_field* headers,
                      std::uint32_t header_count, std::uint64_t length) noexcept {
    auto& reply = *static_cast<Reply*>(self);
    reply.broken_ = false;
    try {
      reply.head(status, text(content_type), headers, header_count, length);
    } catch (...) {
      reply.broken_ = true;
    }
  }
  static std::uint64_t on_body(void* self, wyv_view bytes) noexcept {
    auto& reply = *static_cast<Reply*>(self);
    if (reply.broken_) return reader_left;
    try {
      return reply.body(text(bytes));
    } catch (...) {
      reply.broken_ = true;
      return reader_left;
    }
  }
  static void on_end(void* self) noexcept { static_cast<Reply*>(self)->end(); }

  const wyv_reply_sink sink_;
  bool broken_ = false;
};

// A call under way, until release(). Used by one thread at a time, but for the answer, which comes to the Reply.
class PendingCall {
 public:
  PendingCall() = default;
  ~PendingCall() { release(); }
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  // Whether the host gave a handle, which a call that was answered at once may do without.
  explicit operator bool() const noexcept { return pending_ != nullptr; }

  // The reader has left. The end still comes.
  void cancel() const {
    if (pending_ != nullptr) table_->cancel(host_, pending_);
  }
  // So few bytes wait again that the sender may go on.
  void drained() const {
    if (pending_ != nullptr && WYV_HAS(table_, wyv_host_operations_v1, drained)) table_->drained(host_, pending_);
  }
  // After the end.
  void release() {
    if (auto* const pending = std::exchange(pending_, nullptr)) table_->release(host_, pending);
  }

 private:
  friend class Operations;
  const wyv_host_operations_v1* table_ = nullptr;
  void* host_ = nullptr;
  wyv_pending* pending_ = nullptr;
};

// The host's operations. Any thread, between start and stop; cheap to copy.
class Operations {
 public:
  // Throws Failure operations.none when the host has no such table.
  explicit Operations(const Host& host)
      : table_(host.table<wyv_host_operations_v1>("wyvern.host.operations/1")), host_(host.self()) {
    if (table_ == nullptr)
      throw Failure(WYV_UNSUPPORTED, "operations.none", "the host offers no operations (wyvern.host.operations/1)");
  }

  // One entry an operation, as abi/host.h describes it.
  Json list(const Context& context) const {
    Call call(context.remaining(), nullptr, context.correlation());
    return Json::parse(call_for_text(call, table_->list, host_).or_throw());
  }

  // The answer comes to `reply`, perhaps on this thread and before this returns; `pending` was released before.
  void call(const wyv_call_request& request, Reply& reply, PendingCall& pending) const {
    pending.table_ = table_;
    pending.host_ = host_;
    table_->call(host_, &request, reply.sink(), &pending.pending_);
  }

 private:
  const wyv_host_operations_v1* table_;
  void* host_;
};

}  // namespace wyvern
