// A call outwards, across the boundary: its deadline, its cancellation, and the error that came back.
// Used by whoever holds a table: the kernel, a plugin that calls the host, the conformance kit.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "wyvern/abi/base.h"
#include "wyvern/result.hpp"
#include "wyvern/view.hpp"

namespace wyvern {

// One call. Not shared between threads, but for `cancelled`, which any thread may set through the flag.
class Call {
 public:
  explicit Call(std::chrono::nanoseconds timeout, const std::atomic<bool>* cancelled = nullptr,
                std::string_view correlation = {})
      : cancelled_(cancelled), context_{sizeof(wyv_context), 0, deadline(timeout), view(correlation), this, &report,
                                        &is_cancelled} {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const wyv_context* context() const noexcept { return &context_; }

  // Turns what the callee returned into a result. A callee that reported nothing still gets a sentence.
  Result<void> result(wyv_status status) {
    if (status == WYV_OK) return {};
    return error(status);
  }
  Error error(wyv_status status) {
    if (error_.message.empty()) {
      error_.code = "plugin.unexplained";
      error_.message = "the plugin failed with status " + std::to_string(status) + " and gave no reason";
    }
    error_.status = status;
    return std::move(error_);
  }

 private:
  static std::int64_t deadline(std::chrono::nanoseconds timeout) {
    if (timeout == std::chrono::nanoseconds::max()) return std::numeric_limits<std::int64_t>::max();
    return (std::chrono::steady_clock::now().time_since_epoch() + timeout).count();
  }
  static void report(void* self, const wyv_error* from) {
    auto& to = static_cast<Call*>(self)->error_;
    to.status = from->status;
    to.code = text(from->code);
    to.message = text(from->message);
    to.cause = text(from->cause);
    to.retryable = from->retryable != 0;
  }
  static std::int32_t is_cancelled(void* self) {
    const auto* flag = static_cast<Call*>(self)->cancelled_;
    return flag != nullptr && flag->load(std::memory_order_relaxed) ? 1 : 0;
  }

  const std::atomic<bool>* cancelled_;
  wyv_context context_;
  Error error_;
};

// Calls a table function that answers with text.
template <class Function, class... Arguments>
Result<std::string> call_for_text(Call& call, Function function, Arguments... arguments) {
  TextSink out;
  const wyv_status status = function(arguments..., out.get(), call.context());
  if (status != WYV_OK) return call.error(status);
  return std::move(out.text());
}

}  // namespace wyvern
