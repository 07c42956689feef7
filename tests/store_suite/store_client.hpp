// A store as its callers use it: sessions and rows as values of C++, through the C table.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin_host/plugin_instance.hpp"
#include "wyvern/abi/store.h"

namespace wyvern::test {

// A value that owns its text.
struct Value {
  std::uint32_t type = WYV_VALUE_NULL;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;

  bool operator==(const Value&) const = default;

  static Value null() { return {}; }
  static Value boolean(bool b) { return {WYV_VALUE_BOOL, b ? 1 : 0, 0, {}}; }
  static Value int64(std::int64_t i) { return {WYV_VALUE_INT64, i, 0, {}}; }
  static Value number(double d) { return {WYV_VALUE_DOUBLE, 0, d, {}}; }
  static Value of(std::string s) { return {WYV_VALUE_TEXT, 0, 0, std::move(s)}; }
  static Value bytes(std::string s) { return {WYV_VALUE_BYTES, 0, 0, std::move(s)}; }
  static Value timestamp(std::int64_t us) { return {WYV_VALUE_TIMESTAMP, us, 0, {}}; }
  static Value json(std::string s) { return {WYV_VALUE_JSON, 0, 0, std::move(s)}; }
};

std::ostream& operator<<(std::ostream& out, const Value& value);

using Row = std::vector<Value>;

struct Answer {
  std::vector<std::string> names;
  std::vector<Row> rows;
  std::uint64_t affected = 0;
};

class StoreClient {
 public:
  explicit StoreClient(const PluginInstance& instance)
      : table_(instance.table<wyv_store_v1>(WYV_STORE_SERVICE)), instance_(instance.raw()) {}

  const wyv_store_v1* table() const { return table_; }
  wyv_instance* instance() const { return instance_; }

 private:
  const wyv_store_v1* table_;
  wyv_instance* instance_;
};

// Closed by the destructor.
class SessionClient {
 public:
  static Result<SessionClient> open(const StoreClient& store, std::int32_t mode,
                                    std::chrono::nanoseconds timeout = kPatience,
                                    const std::atomic<bool>* cancelled = nullptr);
  SessionClient(SessionClient&& other) noexcept : table_(other.table_), raw_(std::exchange(other.raw_, nullptr)) {}
  SessionClient& operator=(SessionClient&&) = delete;
  ~SessionClient() { close(); }
  void close();

  Result<void> begin();
  Result<void> commit(std::chrono::nanoseconds timeout = kPatience);
  Result<void> rollback();
  Result<void> script(std::string_view sql);
  Result<void> mark();
  Result<void> undo_to_mark();
  Result<void> queue(std::string_view sql, const std::vector<Value>& parameters = {});
  // `on_row` returns false to end early; without it all rows are collected.
  Result<Answer> execute(std::string_view sql, const std::vector<Value>& parameters = {},
                         std::chrono::nanoseconds timeout = kPatience, const std::atomic<bool>* cancelled = nullptr,
                         std::function<bool(const Row&)> on_row = {});

 private:
  SessionClient(const wyv_store_v1* table, wyv_session* raw) : table_(table), raw_(raw) {}

  const wyv_store_v1* table_;
  wyv_session* raw_;
};

}  // namespace wyvern::test
