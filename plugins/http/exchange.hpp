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
#include <vector>

#include "http/router.hpp"
#include "request.hpp"
#include "response_head.hpp"
#include "target.hpp"
#include "write_queue.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::http {

// What an exchange needs of its connection.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual WriteQueue& queue() = 0;           // [strand]
  virtual void flush() = 0;                  // [strand] as much as the socket takes at once
  virtual std::uint64_t unsent() const = 0;  // [any] bytes in the queue
  virtual void wake() = 0;                   // [any] makes the strand call collect()
  virtual bool closing() const = 0;          // [any] the connection is to end after this answer
  virtual void too_slow() = 0;               // [any] the reader cannot follow
};

class Exchange {
 public:
  struct Table {
    const wyv_host_operations_v1* operations = nullptr;
    void* host = nullptr;
  };
  // What a finished exchange leaves to its connection.
  enum class Outcome {
    keep,     // the answer is complete
    close,    // complete, and the connection ends with it
    silent,   // the operation gave no answer
    broken,   // the answer stopped in the middle
    dropped,  // the reader left or was too slow, so the answer stopped
  };

  Exchange(Table table, Wire& wire, std::uint64_t max_queued_bytes);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // [strand] Calls the operation. `alive` is kept until the end of the answer. True when the answer ended within.
  bool begin(std::shared_ptr<void> alive, const Router::Match& match, const Request& request, const Target& target,
             const std::string& remote);
  // [strand] Moves what came from other threads to the connection's queue. True when the answer has ended.
  bool collect();
  // [strand] After the end: gives the call back.
  Outcome finish();
  // [strand] The reader has left: nothing more is taken, the operation is told. Idempotent.
  void withdraw();
  // [strand] Tells the operation to end; what it still says is taken. Idempotent.
  void cancel();

  bool open() const { return alive_ != nullptr; }                                            // [strand]
  const Operation* operation() const { return operation_.load(std::memory_order_relaxed); }  // [any] null when not open

 private:
  static void on_head(void* self, std::int32_t status, wyv_view content_type, const wyv_field* headers,
                      std::uint32_t header_count, std::uint64_t length) noexcept;
  static std::uint64_t on_body(void* self, wyv_view bytes) noexcept;
  static void on_end(void* self) noexcept;

  void head(int status, wyv_view content_type, const wyv_field* headers, std::uint32_t header_count,
            std::uint64_t length);
  std::uint64_t body(std::string_view bytes);
  void end();
  void call(const Router::Match& match, const Request& request, const Target& target, const std::string& remote);
  bool on_strand_now() const;
  void end_head_only_stream();
  template <class Write>
  void write(bool wake, Write&& write);
  std::uint64_t queued();

  const Table table_;
  Wire& wire_;
  const std::uint64_t max_queued_bytes_;
  const wyv_reply_sink sink_;

  // [strand]
  std::shared_ptr<void> alive_;
  std::atomic<const Operation*> operation_{nullptr};
  wyv_pending* pending_ = nullptr;
  bool cancelled_ = false;
  std::vector<wyv_field> fields_;

  // Set before the call, constant during it.
  std::string request_id_;
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
  std::atomic<bool> head_only_stream_{false};

  std::mutex mutex_;
  WriteQueue inbox_;    // under mutex_
  bool woken_ = false;  // under mutex_
  bool ended_ = false;  // under mutex_
};

}  // namespace wyvern::http
