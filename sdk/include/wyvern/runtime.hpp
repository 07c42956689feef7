// Derive from wyvern::Runtime to start workloads somewhere. The contract and the JSON shapes are in abi/runtime.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "wyvern/abi/runtime.h"
#include "wyvern/plugin.hpp"

namespace wyvern {

class Runtime : public Instance {
 public:
  static constexpr std::string_view kind = "runtime";
  using Changed = std::function<void(const Json& workload)>;

  virtual Json start_workload(const Json& spec, const Context&) = 0;
  virtual void stop_workload(std::string_view handle, std::chrono::milliseconds grace, const Context&) = 0;
  virtual void remove_workload(std::string_view handle, const Context&) = 0;
  virtual Json list_workloads(const Json& labels, const Context&) = 0;
  virtual std::string logs(std::string_view handle, std::uint64_t tail_bytes, const Context&) = 0;
  // Empty removes the listener; after that returns none is called any more.
  virtual void listen(Changed changed) = 0;

  const void* service(std::string_view name) override;
};

namespace detail {

struct RuntimeTable {
  static wyv_status start(wyv_instance* raw, wyv_view spec, const wyv_text_sink* out,
                          const wyv_context* context) noexcept {
    return guarded(context, [&] { write(out, self<Runtime>(raw).start_workload(parse(spec), Context(context))); });
  }
  static wyv_status stop(wyv_instance* raw, wyv_view handle, std::uint32_t grace_ms,
                         const wyv_context* context) noexcept {
    return guarded(context, [&] {
      self<Runtime>(raw).stop_workload(text(handle), std::chrono::milliseconds(grace_ms), Context(context));
    });
  }
  static wyv_status remove(wyv_instance* raw, wyv_view handle, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Runtime>(raw).remove_workload(text(handle), Context(context)); });
  }
  static wyv_status list(wyv_instance* raw, wyv_view labels, const wyv_text_sink* out,
                         const wyv_context* context) noexcept {
    return guarded(context, [&] { write(out, self<Runtime>(raw).list_workloads(parse(labels), Context(context))); });
  }
  static wyv_status logs(wyv_instance* raw, wyv_view handle, std::uint64_t tail_bytes, const wyv_text_sink* out,
                         const wyv_context* context) noexcept {
    return guarded(context, [&] {
      write(out, std::string_view(self<Runtime>(raw).logs(text(handle), tail_bytes, Context(context))));
    });
  }
  static wyv_status listen(wyv_instance* raw, const wyv_workload_listener* listener,
                           const wyv_context* context) noexcept {
    return guarded(context, [&] {
      Runtime::Changed changed;
      if (listener != nullptr) {
        changed = [listener = *listener](const Json& workload) {
          const std::string dumped = workload.dump(-1, ' ', false, Json::error_handler_t::replace);
          listener.changed(listener.self, view(dumped));
        };
      }
      self<Runtime>(raw).listen(std::move(changed));
    });
  }
  static constexpr wyv_runtime_v1 table{sizeof(wyv_runtime_v1), 0, &start, &stop, &remove, &list, &logs, &listen};
};

}  // namespace detail

inline const void* Runtime::service(std::string_view name) {
  return name == WYV_RUNTIME_SERVICE ? &detail::RuntimeTable::table : nullptr;
}

}  // namespace wyvern
