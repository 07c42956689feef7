// Derive from wyvern::Store to keep the state somewhere. The contract of each function is in abi/store.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "wyvern/abi/store.h"
#include "wyvern/plugin.hpp"

namespace wyvern {

// One conversation with a store. Used by one thread at a time; the destructor rolls back and gives it back.
class StoreSession {
 public:
  // Returns false to end the statement early. The arguments are valid within the call.
  using OnRow = std::function<bool(std::span<const wyv_value> columns, std::span<const wyv_view> names)>;

  virtual ~StoreSession() = default;
  virtual void begin(const Context&) = 0;
  virtual void commit(const Context&) = 0;
  virtual void rollback(const Context&) = 0;
  // Returns the number of rows changed. `on_row` may be empty.
  virtual std::uint64_t execute(std::string_view sql, std::span<const wyv_value> parameters, const OnRow& on_row,
                                const Context&) = 0;
  virtual void script(std::string_view sql, const Context&) = 0;

  // Worth having, not asked of anybody: see abi/store.h. Without marks every writer has a transaction to itself.
  virtual void queue(std::string_view sql, std::span<const wyv_value> parameters, const Context& context) {
    (void)execute(sql, parameters, {}, context);
  }
  virtual void mark(const Context&) { throw without_marks(); }
  virtual void undo_to_mark(const Context&) { throw without_marks(); }

 private:
  static Failure without_marks() { return {WYV_UNSUPPORTED, "store.no_marks", "this store has no marks"}; }
};

// One watcher of one topic. Nothing is heard once the destructor has returned.
class StoreWatch {
 public:
  virtual ~StoreWatch() = default;
};

class Store : public Instance {
 public:
  static constexpr std::string_view kind = "store";

  virtual std::string_view dialect() const = 0;
  virtual std::unique_ptr<StoreSession> open(bool for_writing, const Context&) = 0;

  // Optional: words between programs on one store. A store without them says so by not overriding these.
  virtual std::unique_ptr<StoreWatch> watch(std::string_view /*topic*/, std::function<void()> /*heard*/,  // NOLINT
                                            const Context&) {
    throw Failure(WYV_UNSUPPORTED, "store.watch", "this store tells nothing of what other programs do");
  }
  virtual void tell(std::string_view /*topic*/) {}

  const void* service(std::string_view name) override;
};

namespace detail {

struct StoreTable {
  static StoreSession& of(wyv_session* raw) noexcept { return *reinterpret_cast<StoreSession*>(raw); }

  static wyv_view dialect(wyv_instance* raw) noexcept { return view(self<Store>(raw).dialect()); }
  static wyv_status open(wyv_instance* raw, std::int32_t mode, wyv_session** out, const wyv_context* context) noexcept {
    *out = nullptr;
    return guarded(context, [&] {
      if (mode != WYV_SESSION_READ && mode != WYV_SESSION_WRITE)
        throw Failure(WYV_INVALID, "store.mode", "a session is opened for reading (0) or for writing (1)");
      *out =
          reinterpret_cast<wyv_session*>(self<Store>(raw).open(mode == WYV_SESSION_WRITE, Context(context)).release());
    });
  }
  static void close(wyv_session* raw) noexcept { delete reinterpret_cast<StoreSession*>(raw); }
  static wyv_status begin(wyv_session* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { of(raw).begin(Context(context)); });
  }
  static wyv_status commit(wyv_session* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { of(raw).commit(Context(context)); });
  }
  static wyv_status rollback(wyv_session* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { of(raw).rollback(Context(context)); });
  }
  static wyv_status execute(wyv_session* raw, wyv_view sql, const wyv_value* parameters, std::uint32_t count,
                            const wyv_row_sink* rows, std::uint64_t* affected, const wyv_context* context) noexcept {
    return guarded(context, [&] {
      StoreSession::OnRow on_row;
      if (rows != nullptr) {
        on_row = [rows](std::span<const wyv_value> columns, std::span<const wyv_view> names) {
          return rows->row(rows->self, columns.data(), names.data(), static_cast<std::uint32_t>(columns.size())) == 0;
        };
      }
      const std::uint64_t changed = of(raw).execute(text(sql), {parameters, count}, on_row, Context(context));
      if (affected != nullptr) *affected = changed;
    });
  }
  static wyv_status script(wyv_session* raw, wyv_view sql, const wyv_context* context) noexcept {
    return guarded(context, [&] { of(raw).script(text(sql), Context(context)); });
  }
  static wyv_status queue(wyv_session* raw, wyv_view sql, const wyv_value* parameters, std::uint32_t count,
                          const wyv_context* context) noexcept {
    return guarded(context, [&] { of(raw).queue(text(sql), {parameters, count}, Context(context)); });
  }
  static wyv_status mark(wyv_session* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { of(raw).mark(Context(context)); });
  }
  static wyv_status undo_to_mark(wyv_session* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { of(raw).undo_to_mark(Context(context)); });
  }
  static wyv_status watch(wyv_instance* raw, wyv_view topic, const wyv_watcher* watcher, wyv_watch** out,
                          const wyv_context* context) noexcept {
    *out = nullptr;
    return guarded(context, [&] {
      const std::string_view name = text(topic);
      const bool sound = !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
      });
      if (!sound) throw Failure(WYV_INVALID, "store.topic", "a topic is 1 to 40 small letters and '_'");
      auto watch = self<Store>(raw).watch(
          name, [heard = *watcher] { heard.heard(heard.self); }, Context(context));
      *out = reinterpret_cast<wyv_watch*>(watch.release());
    });
  }
  static void unwatch(wyv_watch* raw) noexcept { delete reinterpret_cast<StoreWatch*>(raw); }
  static void tell(wyv_instance* raw, wyv_view topic) noexcept {
    (void)guarded(nullptr, [&] { self<Store>(raw).tell(text(topic)); });
  }
  static constexpr wyv_store_v1 table{sizeof(wyv_store_v1),
                                      0,
                                      &dialect,
                                      &open,
                                      &close,
                                      &begin,
                                      &commit,
                                      &rollback,
                                      &execute,
                                      &script,
                                      &queue,
                                      &mark,
                                      &undo_to_mark,
                                      &watch,
                                      &unwatch,
                                      &tell};
};

}  // namespace detail

inline const void* Store::service(std::string_view name) {
  return name == WYV_STORE_SERVICE ? &detail::StoreTable::table : nullptr;
}

}  // namespace wyvern
