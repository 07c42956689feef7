// The kernel's side of wyvern.store/1: sessions, transactions, parameters and rows. Every failure is a
// wyvern::Failure with one of the codes of abi/store.h.
#pragma once

#include <any>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

#include "wyvern/abi/store.h"
#include "wyvern/call.hpp"

namespace wyvern::store {

using Json = nlohmann::json;

// As JSON shows what may be absent.
template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// A moment: microseconds since 1970-01-01 UTC.
struct Timestamp {
  std::int64_t us = 0;

  static Timestamp now();
  // "2026-01-31T12:00:00.000000Z"
  std::string iso8601() const;
  auto operator<=>(const Timestamp&) const = default;  // NOLINT(modernize-use-nullptr)
};

// A random identifier, "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx".
std::string new_uuid();
bool is_uuid(std::string_view text);

// One $n of a statement. Text is not copied: it lives as long as the full expression that makes the call.
class Parameter {
 public:
  Parameter(std::nullptr_t) : value_{WYV_VALUE_NULL, 0, {0}} {}                           // NOLINT
  Parameter(bool value) : value_{WYV_VALUE_BOOL, 0, {value ? 1 : 0}} {}                   // NOLINT
  Parameter(std::int64_t value) : value_{WYV_VALUE_INT64, 0, {value}} {}                  // NOLINT
  Parameter(int value) : value_{WYV_VALUE_INT64, 0, {value}} {}                           // NOLINT
  Parameter(std::uint64_t value) : Parameter(static_cast<std::int64_t>(value)) {}         // NOLINT
  Parameter(Timestamp value) : value_{WYV_VALUE_TIMESTAMP, 0, {value.us}} {}              // NOLINT
  Parameter(double value) : value_{WYV_VALUE_DOUBLE, 0, {0}} { value_.as.real = value; }  // NOLINT
  Parameter(std::string_view text) : value_{WYV_VALUE_TEXT, 0, {0}} {                     // NOLINT
    value_.as.text = view(text);
  }
  Parameter(const std::string& text) : Parameter(std::string_view(text)) {}  // NOLINT
  Parameter(const char* text) : Parameter(std::string_view(text)) {}         // NOLINT
  Parameter(const Json& json);                                               // NOLINT: stored as JSON, copied
  template <class T>
  Parameter(const std::optional<T>& value) : Parameter(value ? Parameter(*value) : Parameter(nullptr)) {}  // NOLINT

  // What came as a column of a row; its text lives as long as the row.
  static Parameter of(const wyv_value& value);

  // `this` must outlive what is returned.
  wyv_value raw() const;

 private:
  wyv_value value_;
  std::string owned_;  // JSON only
};

// A value with its text.
class OwnedValue {
 public:
  explicit OwnedValue(const Parameter& parameter) : value_(parameter.raw()) {
    if (is_text()) text_ = wyvern::text(value_.as.text);
  }
  // `this` must outlive what is returned, and stay where it is.
  wyv_value raw() const {
    wyv_value value = value_;
    if (is_text()) value.as.text = view(text_);
    return value;
  }

 private:
  bool is_text() const {
    return value_.type == WYV_VALUE_TEXT || value_.type == WYV_VALUE_BYTES || value_.type == WYV_VALUE_JSON;
  }
  wyv_value value_;
  std::string text_;
};

// One row, valid within the callback that it is handed to.
class Row {
 public:
  Row(const wyv_value* columns, const wyv_view* names, std::uint32_t count)
      : columns_(columns), names_(names), count_(count) {}

  // The index of a column by name; throws when there is none: a fault of the statement's author.
  std::uint32_t column(std::string_view name) const;
  bool is_null(std::string_view name) const { return at(name).type == WYV_VALUE_NULL; }
  bool boolean(std::string_view name) const { return at(name).as.integer != 0; }
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  std::string text(std::string_view name) const;
  Timestamp timestamp(std::string_view name) const { return {integer(name)}; }
  // The column as JSON as an API answer shows it: timestamps as ISO 8601, json parsed, null as null.
  Json json(std::string_view name) const;
  std::optional<std::string> optional_text(std::string_view name) const;
  std::optional<std::int64_t> optional_integer(std::string_view name) const;
  std::optional<double> optional_real(std::string_view name) const;
  // Every column as `json` shows it.
  Json object() const;

  // As they came, by place.
  std::uint32_t count() const { return count_; }
  std::string_view name(std::uint32_t place) const { return wyvern::text(names_[place]); }
  const wyv_value& value(std::uint32_t place) const { return columns_[place]; }

 private:
  const wyv_value& at(std::string_view name) const { return columns_[column(name)]; }

  const wyv_value* columns_;
  const wyv_view* names_;
  std::uint32_t count_;
};

// One conversation. Used by one thread.
class Session {
 public:
  Session(const wyv_store_v1* table, wyv_session* raw) : table_(table), raw_(raw) {}
  // A part of another's conversation, which stays the other's.
  static Session part_of(const Session& whole) {
    Session part(whole.table_, whole.raw_);
    part.owner_ = false;
    part.known_ = whole.known_;
    return part;
  }
  ~Session();
  Session(Session&& other) noexcept;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session& operator=(Session&&) = delete;

  using Parameters = std::initializer_list<Parameter>;

  // Calls `on_row` for each row.
  void each(std::string_view sql, Parameters parameters, const std::function<void(const Row&)>& on_row) {
    execute(sql, parameters.begin(), parameters.size(), on_row);
  }
  // Returns the number of rows changed.
  std::uint64_t run(std::string_view sql, Parameters parameters = {}) {
    return execute(sql, parameters.begin(), parameters.size(), nullptr);
  }
  // The first row through `read`, or nothing.
  template <class F>
  auto first(std::string_view sql, Parameters parameters, F&& read)
      -> std::optional<decltype(read(std::declval<const Row&>()))> {
    std::optional<decltype(read(std::declval<const Row&>()))> found;
    execute(sql, parameters.begin(), parameters.size(), [&](const Row& row) {
      if (!found) found.emplace(read(row));
    });
    return found;
  }
  // Every row through `read`.
  template <class F>
  auto all(std::string_view sql, Parameters parameters, F&& read)
      -> std::vector<decltype(read(std::declval<const Row&>()))> {
    std::vector<decltype(read(std::declval<const Row&>()))> rows;
    execute(sql, parameters.begin(), parameters.size(), [&](const Row& row) { rows.push_back(read(row)); });
    return rows;
  }
  std::uint64_t execute(std::string_view sql, const Parameter* parameters, std::size_t count,
                        const std::function<void(const Row&)>& on_row);
  // As `run`, for a statement of which nothing is asked: the store may send it along with the next, which throws its
  // failure then. So it costs no wait of its own.
  void queue(std::string_view sql, Parameters parameters);
  // Rows that nobody reads before the commit, such as events: they are inserted then, in the order in which they came,
  // several by one statement. `into`: "INSERT INTO events (at, type)", of static lifetime. What the store holds against
  // one is a fault of this program, so it is never told as the caller's.
  void insert_at_commit(std::string_view into, Parameters row);
  void script(std::string_view sql);
  void begin();
  void commit();
  void rollback() noexcept;
  // As abi/store.h says. False when the store has no marks.
  bool mark();
  void undo_to_mark();

  // Runs once the transaction under way is committed, on the committing thread; dropped when it is rolled back.
  void after_commit(std::function<void()> action) { after_commit_.push_back(std::move(action)); }
  // What this part knows, the rows that it adds, and what it gave to after_commit become the whole's.
  void hand_over_to(Session& whole);

  // What this transaction has learned about the store and nobody else can change before it ends, by type. Null when
  // there is none.
  template <class T>
  const T* known() const {
    const auto found = known_.find(typeid(T));
    return found == known_.end() ? nullptr : std::any_cast<T>(&found->second.fact);
  }
  // `write` runs before the commit, once, with what is known last.
  template <class T>
  void know(T fact, std::function<void(Session&, const T&)> write = nullptr) {
    Known known{std::move(fact), nullptr};
    if (write) {
      known.write = [write](Session& session, const std::any& last) { write(session, *std::any_cast<T>(&last)); };
    }
    known_[typeid(T)] = std::move(known);
  }

  // Says what the transaction is about, by its id; the first counts.
  void concerns(std::string_view subject) {
    if (subject_.empty()) subject_ = subject;
  }
  const std::string& subject() const { return subject_; }

 private:
  const wyv_store_v1* table_;
  wyv_session* raw_;
  bool owner_ = true;
  std::vector<std::function<void()>> after_commit_;
  std::string subject_;
  void queue_raw(std::string_view sql, const std::vector<wyv_value>& values);
  void insert_rows();

  struct Known {
    std::any fact;
    std::function<void(Session&, const std::any&)> write;
  };
  std::map<std::type_index, Known> known_;
  std::map<std::string_view, std::vector<std::vector<OwnedValue>>> rows_;  // by `into`
};

// While it lives, each transaction of Store::write on this thread runs `action` as its last step before it commits; of
// several, those that were made later first.
class BeforeCommit {
 public:
  explicit BeforeCommit(std::function<void(Session&)> action);
  ~BeforeCommit();
  BeforeCommit(const BeforeCommit&) = delete;
  BeforeCommit& operator=(const BeforeCommit&) = delete;

  static void run(Session& session);

 private:
  const std::function<void(Session&)> action_;
  const BeforeCommit* const outer_;
};

class Turns;

// A store that was brought up. Thread-safe; a copy is the same store.
class Store {
 public:
  Store(const wyv_store_v1* table, wyv_instance* instance);

  std::string_view dialect() const { return text(table_->dialect(instance_)); }
  Session open_reader() const { return open(WYV_SESSION_READ); }
  Session open_writer() const { return open(WYV_SESSION_WRITE); }

  // Runs `body(Session&)` in a transaction: all of it is committed, or, when it throws, nothing. Repeated when the
  // store was busy or its connection ended before the commit; so `body` has no effect outside the session.
  //
  // Writers take turns, whatever the store: what one reads is true until it commits. And numbers that a store gives,
  // such as those of events, rise by commit order.
  template <class F>
  auto write(F&& body) const {
    if constexpr (std::is_void_v<decltype(body(std::declval<Session&>()))>) {
      write_repeatedly([&](Session& session) { body(session); });
    } else {
      std::optional<decltype(body(std::declval<Session&>()))> value;
      write_repeatedly([&](Session& session) { value.emplace(body(session)); });
      return std::move(*value);
    }
  }
  // Runs `body(Session&)` on a reading session.
  template <class F>
  auto read(F&& body) const {
    Session session = open_reader();
    return body(session);
  }

 private:
  Store(const wyv_store_v1* table, wyv_instance* instance, std::shared_ptr<Turns> turns)
      : table_(table), instance_(instance), turns_(std::move(turns)) {}
  Session open(std::int32_t mode) const;
  void write_repeatedly(const std::function<void(Session&)>& body) const;

  const wyv_store_v1* table_;
  wyv_instance* instance_;
  std::shared_ptr<Turns> turns_;
};

}  // namespace wyvern::store
