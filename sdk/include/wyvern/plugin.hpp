// What every plugin author derives from, and the macro that makes the entry.
//
//   class Tone final : public wyvern::Output { … };
//   WYVERN_PLUGIN(Tone)
//
// The kind's own header (wyvern/output.hpp, wyvern/storage.hpp, …) has the class to derive from. Errors are thrown as
// wyvern::Failure; the trampolines below turn every exception into a status, so that none crosses.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "wyvern/abi/host.h"
#include "wyvern/abi/plugin.h"
#include "wyvern/result.hpp"
#include "wyvern/view.hpp"

namespace wyvern {

using Json = nlohmann::json;

// The context of a call that came in: deadline and cancellation. Valid within that call only.
class Context {
 public:
  explicit Context(const wyv_context* context) noexcept : context_(context) {}

  bool cancelled() const {
    return context_ != nullptr && context_->cancelled != nullptr && context_->cancelled(context_->self) != 0;
  }
  // What is left until the deadline; never negative; duration::max() for none.
  std::chrono::nanoseconds remaining() const {
    if (context_ == nullptr || context_->deadline_ns == std::numeric_limits<std::int64_t>::max())
      return std::chrono::nanoseconds::max();
    const auto left =
        std::chrono::nanoseconds(context_->deadline_ns) - std::chrono::steady_clock::now().time_since_epoch();
    return left.count() < 0 ? std::chrono::nanoseconds::zero() : std::chrono::nanoseconds(left);
  }
  bool expired() const { return remaining() == std::chrono::nanoseconds::zero(); }
  std::string_view correlation() const {
    return context_ == nullptr ? std::string_view{} : text(context_->correlation);
  }
  // Throws when the caller withdrew or the deadline passed: for loops of long work.
  void check() const {
    if (cancelled()) throw Failure(WYV_CANCELLED, "call.cancelled", "the caller withdrew");
    if (expired()) throw Failure(WYV_TIMEOUT, "call.timeout", "the deadline of the call passed");
  }
  const wyv_context* raw() const noexcept { return context_; }

 private:
  const wyv_context* context_;
};

// The host, as a plugin sees it. Cheap to copy; valid until destroy.
class Host {
 public:
  explicit Host(const wyv_host* host) noexcept
      : host_(host),
        log_(table<wyv_host_log_v1>("wyvern.host.log/1")),
        metrics_(table<wyv_host_metrics_v1>("wyvern.host.metrics/1")) {}

  // A host service, or null.
  template <class Table>
  const Table* table(std::string_view name) const {
    return host_ == nullptr ? nullptr : static_cast<const Table*>(host_->query(host_->self, view(name)));
  }
  void* self() const noexcept { return host_->self; }

  // A line names the call within which it is written by itself; on a thread of the plugin's own, `correlation` names
  // it: that of the call's Context.
  void info(std::string_view message, const Json& fields = {}, std::string_view correlation = {}) const {
    write(WYV_LOG_INFO, message, fields, correlation);
  }
  void warn(std::string_view message, const Json& fields = {}, std::string_view correlation = {}) const {
    write(WYV_LOG_WARNING, message, fields, correlation);
  }
  void error(std::string_view message, const Json& fields = {}, std::string_view correlation = {}) const {
    write(WYV_LOG_ERROR, message, fields, correlation);
  }
  void debug(std::string_view message, const Json& fields = {}, std::string_view correlation = {}) const {
    write(WYV_LOG_DEBUG, message, fields, correlation);
  }

  void gauge(std::string_view name, double value, const Json& labels = {}) const {
    set(WYV_METRIC_GAUGE, name, value, labels);
  }
  void counter(std::string_view name, double value, const Json& labels = {}) const {
    set(WYV_METRIC_COUNTER, name, value, labels);
  }

 private:
  static std::string dump(const Json& json) {
    return json.is_null() ? std::string() : json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  void write(std::int32_t level, std::string_view message, const Json& fields, std::string_view correlation) const {
    if (log_ != nullptr) log_->write(host_->self, level, view(message), view(correlation), view(dump(fields)));
  }
  void set(std::int32_t type, std::string_view name, double value, const Json& labels) const {
    if (metrics_ != nullptr) (void)metrics_->set(host_->self, type, view(name), view(dump(labels)), value);
  }

  const wyv_host* host_;
  const wyv_host_log_v1* log_;
  const wyv_host_metrics_v1* metrics_;
};

namespace detail {

inline wyv_status report(const wyv_context* context, const Error& error) noexcept {
  if (context != nullptr && context->report != nullptr) {
    const wyv_error raw{sizeof(wyv_error),   error.status,      view(error.code),
                        view(error.message), view(error.cause), error.retryable ? 1U : 0U};
    context->report(context->self, &raw);
  }
  return error.status;
}

// The one place where exceptions end.
template <class F>
wyv_status guarded(const wyv_context* context, F&& body) noexcept {
  try {
    try {
      body();
      return WYV_OK;
    } catch (const Failure& failure) {
      const auto& error = failure.error();
      return report(
          context, error.status == WYV_OK ? Error{WYV_INTERNAL, error.code, error.message, error.cause, false} : error);
    } catch (const std::bad_alloc&) {
      return report(context, {WYV_EXHAUSTED, "memory", "out of memory", "", true});
    } catch (const Json::exception& bad) {
      return report(context,
                    {WYV_INVALID, "json", "a JSON value has not the shape that is expected here", bad.what(), false});
    } catch (const std::exception& other) {
      return report(context, {WYV_INTERNAL, "internal", other.what(), "", false});
    } catch (...) {
      return report(context, {WYV_INTERNAL, "internal", "an exception of unknown type", "", false});
    }
  } catch (...) {  // no memory even for the report
    return WYV_EXHAUSTED;
  }
}

inline void write(const wyv_text_sink* sink, std::string_view text) { sink->write(sink->self, view(text)); }
inline void write(const wyv_text_sink* sink, const Json& json) { write(sink, std::string_view(json.dump())); }
inline Json parse(wyv_view json) { return json.size == 0 ? Json::object() : Json::parse(text(json)); }

}  // namespace detail

// The base of every instance. The order of calls is checked before they arrive here, so an author need not.
class Instance {
 public:
  virtual ~Instance() = default;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  virtual void prepare(const Context&) {}
  virtual void start(const Context&) {}
  virtual void drain(const Context&) {}
  virtual void stop(const Context&) {}
  virtual const void* service(std::string_view name) = 0;

 protected:
  Instance() = default;
};

namespace detail {

enum class Phase { created, prepared, started, drained };

// What a wyv_instance* points at: the author's object and the state that the host has brought it to.
struct Cell {
  std::unique_ptr<Instance> instance;
  Phase phase = Phase::created;
};

inline Cell* cell(wyv_instance* raw) noexcept { return reinterpret_cast<Cell*>(raw); }

template <class T>
T& self(wyv_instance* raw) noexcept {
  return static_cast<T&>(*cell(raw)->instance);
}

inline void require(bool in_order, const char* call) {
  if (!in_order) throw Failure(WYV_WRONG_STATE, "lifecycle.order", std::string(call) + " was called out of order");
}

// The entry of a plugin with the kinds Ts, each with a static `kind`, a constructor (Host, std::string name, Json
// config).
template <class... Ts>
struct Entry {
  static wyv_status create(const wyv_host* host, wyv_view kind, wyv_view name, wyv_view config, wyv_instance** out,
                           const wyv_context* context) noexcept {
    *out = nullptr;
    return guarded(context, [&] {
      auto made = std::make_unique<Cell>();
      const bool known = ((text(kind) == Ts::kind ? (make<Ts>(*made, host, name, config), true) : false) || ...);
      if (!known)
        throw Failure(WYV_UNSUPPORTED, "plugin.kind", "this plugin has no kind '" + std::string(text(kind)) + "'");
      *out = reinterpret_cast<wyv_instance*>(made.release());
    });
  }
  static wyv_status prepare(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] {
      require(cell(raw)->phase == Phase::created, "prepare");
      cell(raw)->instance->prepare(Context(context));
      cell(raw)->phase = Phase::prepared;
    });
  }
  static wyv_status start(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] {
      require(cell(raw)->phase == Phase::prepared, "start");
      cell(raw)->instance->start(Context(context));
      cell(raw)->phase = Phase::started;
    });
  }
  static wyv_status drain(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] {
      require(cell(raw)->phase == Phase::started || cell(raw)->phase == Phase::drained, "drain");
      cell(raw)->instance->drain(Context(context));
      cell(raw)->phase = Phase::drained;
    });
  }
  static wyv_status stop(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] {
      if (cell(raw)->phase == Phase::created) return;
      cell(raw)->instance->stop(Context(context));
      cell(raw)->phase = Phase::created;
    });
  }
  static void destroy(wyv_instance* raw) noexcept {
    if (raw == nullptr) return;
    (void)stop(raw, nullptr);
    delete cell(raw);
  }
  static const void* service(wyv_instance* raw, wyv_view name) noexcept {
    return cell(raw)->instance->service(text(name));
  }

 private:
  template <class T>
  static void make(Cell& cell, const wyv_host* host, wyv_view name, wyv_view config) {
    cell.instance = std::make_unique<T>(Host(host), std::string(text(name)), parse(config));
  }
};

}  // namespace detail
}  // namespace wyvern

// Defines the exported entry for the given classes. WYVERN_PLUGIN_ID and WYVERN_PLUGIN_VERSION come from the manifest
// through wyvern_add_plugin(), so that the two cannot disagree.
#define WYVERN_PLUGIN(...) WYVERN_PLUGIN_AS(WYVERN_PLUGIN_ID, WYVERN_PLUGIN_VERSION, __VA_ARGS__)
#define WYVERN_PLUGIN_AS(ID, VERSION, ...)                                                  \
  extern "C" __attribute__((visibility("default"))) const wyv_plugin* wyvern_plugin(void) { \
    return ::wyvern::detail::descriptor<__VA_ARGS__>(ID, VERSION);                          \
  }

namespace wyvern::detail {

template <class... Ts>
const wyv_plugin* descriptor(std::string_view id, std::string_view version) noexcept {
  using E = Entry<Ts...>;
  static const std::array<wyv_view, sizeof...(Ts)> kinds{view(Ts::kind)...};
  static const wyv_plugin plugin{WYV_PLUGIN_MAGIC, sizeof(wyv_plugin), WYV_ABI_MAJOR,
                                 WYV_ABI_MINOR,    view(id),           view(version),
                                 kinds.data(),     sizeof...(Ts),      0,
                                 &E::create,       &E::prepare,        &E::start,
                                 &E::drain,        &E::stop,           &E::destroy,
                                 &E::service};
  return &plugin;
}

}  // namespace wyvern::detail
