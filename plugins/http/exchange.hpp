// One call of an operation: from the request to the end of its answer.
//
// The strand is the connection's. The sink's functions may come on any thread, one at a time; what comes during the
// call on the strand's own thread goes straight to the connection's queue, anything else through a locked inbox that
// the strand empties when it is woken. Reused from call to call; never two at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "http/router.hpp"
#include "request.hpp"
#include "response_head.hpp"
#include "target.hpp"
#include "write_queue.hpp"
#include "wyvern/operations.hpp"

namespace wyvern::http {

// What an exchange needs of its connection.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual WriteQueue& queue() = 0;   // [strand], but for its size
  virtual void flush() = 0;          // [strand] as much as the socket takes at once
  virtual void wake() = 0;           // [any] makes the strand call collect()
  virtual bool closing() const = 0;  // [any] the connection is to end after this answer
  virtual void too_slow() = 0;       // [any] the reader cannot follow
};

class Exchange final : private Reply {
 public:
  // What a finished exchange leaves to its connection.
  enum class Outcome {
    keep,     // the answer is complete
    close,    // complete, and the connection ends with it
    silent,   // the operation gave no answer
    broken,   // the answer stopped in the middle
    dropped,  // the reader left or was too slow, so the answer stopped
  };

  // An answer may have `max_queued_bytes` waiting; a piece on top of more is not taken, and its reader is dropped.
  Exchange(const Operations& operations, Wire& wire, std::uint64_t max_queued_bytes, bool compress,
           bool varies_by_origin, bool over_tls);

  // [strand] Calls the operation. `alive` is kept until the end of the answer. True when the answer ended within.
  bool begin(std::shared_ptr<void> alive, const Router::Match& match, const Request& request, const Target& target,
             const std::string& remote, std::string cross_origin);
  // [strand] Moves what came from other threads to the connection's queue. True when the answer has ended.
  bool collect();
  // [strand] Bytes have gone out: a sender that pauses may go on, if that is enough.
  void sent();
  // [strand] After the end: gives the call back.
  Outcome finish();
  // [strand] The reader has left: nothing more is taken, the operation is told. Idempotent.
  void withdraw();
  // [strand] Tells the operation to end; what it still says is taken. Idempotent.
  void cancel();

  bool open() const { return alive_ != nullptr; }                                            // [strand]
  const Operation* operation() const { return operation_.load(std::memory_order_relaxed); }  // [any] null when not open

 private:
  void head(int status, std::string_view content_type, const wyv_field* headers, std::uint32_t header_count,
            std::uint64_t length) override;
  std::uint64_t body(std::string_view bytes) override;
  void end() noexcept override;

  void write_head(ResponseHead head, bool wake);
  void write_compressed();
  void call(const Router::Match& match, const Request& request, const Target& target, const std::string& remote);
  bool on_strand_now() const;
  void end_head_only();
  template <class Write>
  void write(bool wake, Write&& write);
  std::uint64_t waiting();

  const Operations& operations_;
  Wire& wire_;
  const std::uint64_t max_queued_bytes_;
  const bool compress_;
  const bool varies_by_origin_;
  const bool over_tls_;

  // [strand]
  std::shared_ptr<void> alive_;
  std::atomic<const Operation*> operation_{nullptr};
  PendingCall pending_;
  bool cancelled_ = false;
  std::vector<wyv_field> fields_;

  // Set before the call, constant during it.
  std::string request_id_;
  std::string cross_origin_;
  bool varies_by_encoding_ = false;
  bool gzip_ = false;
  bool head_of_get_ = false;
  bool http_1_0_ = false;
  bool keep_alive_ = true;

  // The answer so far; touched by the sink's functions, which never come two at once, and before and after them.
  bool head_given_ = false;
  bool chunked_ = false;
  bool bodyless_ = false;
  bool remote_ = false;  // a piece went through the inbox, so that all later ones must
  bool close_ = false;
  bool inline_end_ = false;
  std::uint64_t remaining_ = 0;  // of a known length

  std::atomic<bool> gone_{false};
  std::atomic<bool> head_only_{false};

  // Of an answer that is compressed once it is whole.
  bool gathering_ = false;
  int status_ = 0;
  std::string content_type_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::string gathered_;

  std::mutex mutex_;
  WriteQueue inbox_;     // under mutex_
  bool woken_ = false;   // under mutex_
  bool ended_ = false;   // under mutex_
  bool paused_ = false;  // under mutex_; the sender was told of more bytes than it should add to
};

}  // namespace wyvern::http
