#include "operations/carrier.hpp"

#include <algorithm>
#include <cstring>

#include "trace/trace.hpp"
#include "wyvern/view.hpp"

namespace wyvern::operations {
namespace {

// What a surface says while a call is under way, for whoever sends the answer. Thread-safe.
struct Signals {
  std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);

  void when_drained(std::function<void()> go_on) {
    const std::lock_guard lock(mutex_);
    go_on_ = std::move(go_on);
  }
  void drained() {
    std::function<void()> go_on;
    {
      const std::lock_guard lock(mutex_);
      go_on = go_on_;
    }
    if (go_on) go_on();
  }

 private:
  std::mutex mutex_;
  std::function<void()> go_on_;
};

}  // namespace
}  // namespace wyvern::operations

// The host's own object behind a call under way.
struct wyv_pending {
  std::shared_ptr<wyvern::operations::Signals> signals;
};

namespace wyvern::operations {
namespace {

Table* (*find_table)(void* host_self) = nullptr;

// Passes an answer to a surface's sink, and makes sure that `end` comes exactly once.
class SurfaceAnswer final : public Answer {
 public:
  SurfaceAnswer(const wyv_reply_sink& sink, std::shared_ptr<Signals> signals) : signals_(std::move(signals)) {
    std::memcpy(&sink_, &sink,
                std::min<std::size_t>(sink.struct_size, sizeof sink_));  // it may be an older, shorter one
  }
  ~SurfaceAnswer() override {
    if (ended_) return;
    if (!begun_) {
      answer_error(*this, 500, "internal", "the operation gave no answer", nullptr, {});
    } else {
      end();
    }
  }
  SurfaceAnswer(const SurfaceAnswer&) = delete;
  SurfaceAnswer& operator=(const SurfaceAnswer&) = delete;

  void head(int status, std::string_view content_type, const std::vector<std::pair<std::string, std::string>>& headers,
            std::uint64_t length) override {
    if (begun_) {
      broken_ = true;  // an error after the head: the body that follows belongs to another answer
      return;
    }
    begun_ = true;
    std::vector<wyv_field> fields;
    fields.reserve(headers.size());
    for (const auto& [name, value] : headers) fields.push_back({view(name), view(value)});
    sink_.head(sink_.self, status, view(content_type), fields.data(), static_cast<std::uint32_t>(fields.size()),
               length);
  }
  std::uint64_t body(std::string_view bytes) override {
    return ended_ || broken_ ? UINT64_MAX : sink_.body(sink_.self, view(bytes));
  }
  void end() override {
    if (ended_) return;
    ended_ = true;
    sink_.end(sink_.self);
  }

  std::uint64_t pause_above() const override {
    return WYV_HAS(&sink_, wyv_reply_sink, pause_above) ? sink_.pause_above : Answer::pause_above();
  }
  void when_drained(std::function<void()> go_on) override { signals_->when_drained(std::move(go_on)); }

 private:
  wyv_reply_sink sink_{};
  const std::shared_ptr<Signals> signals_;
  bool begun_ = false;
  bool broken_ = false;
  bool ended_ = false;
};

std::vector<std::pair<std::string, std::string>> pairs(const wyv_field* fields, std::uint32_t count) {
  std::vector<std::pair<std::string, std::string>> all;
  all.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) all.emplace_back(text(fields[i].name), text(fields[i].value));
  return all;
}

wyv_status list(void* self, const wyv_text_sink* out, const wyv_context*) {
  const std::string text = find_table(self)->list().dump();
  out->write(out->self, view(text));
  return WYV_OK;
}

void call(void* self, const wyv_call_request* raw, const wyv_reply_sink* reply, wyv_pending** pending) {
  const auto signals = std::make_shared<Signals>();
  if (pending != nullptr) *pending = new wyv_pending{signals};
  Request request{std::string(text(raw->operation)),
                  std::string(text(raw->body)),
                  pairs(raw->fields, raw->field_count),
                  pairs(raw->headers, raw->header_count),
                  {},
                  {},
                  {},
                  {}};
  if (raw->caller != nullptr) {
    request.credentials = {std::string(text(raw->caller->credential)), raw->caller->by_cookie != 0,
                           std::string(text(raw->caller->requested_with)),
                           std::string(text(raw->caller->remote_address)),
                           WYV_HAS(raw->caller, wyv_caller, over_tls) && raw->caller->over_tls != 0};
    request.traceparent = text(raw->caller->traceparent);
  }
  for (const auto& [name, value] : request.headers) {
    // It comes back in headers and log lines, so only a harmless one is taken.
    if (name == "x-request-id" && trace::is_request_id(value)) request.correlation = value;
    if (name == "tracestate") request.tracestate = value;
  }
  find_table(self)->call(std::move(request), std::make_shared<SurfaceAnswer>(*reply, signals), signals->cancelled);
}

void cancel(void*, wyv_pending* pending) {
  if (pending == nullptr) return;
  pending->signals->cancelled->store(true);
  pending->signals->drained();  // who pauses sees that nobody waits any more
}

void drained(void*, wyv_pending* pending) {
  if (pending != nullptr) pending->signals->drained();
}

void release(void*, wyv_pending* pending) { delete pending; }

}  // namespace

const wyv_host_operations_v1* carrier() {
  static constexpr wyv_host_operations_v1 table{
      sizeof(wyv_host_operations_v1), &list, &call, &cancel, &release, &drained};
  return &table;
}

void set_table_of(Table* (*table_of)(void* host_self)) { find_table = table_of; }

}  // namespace wyvern::operations
