// What the checks of stores begin with: a started store, and its sessions and rows as values of C++. Their SQL is of
// the subset that every store takes, with PostgreSQL's names of types.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kit/lifecycle.hpp"
#include "wyvern/abi/store.h"
#include "wyvern/view.hpp"

namespace wyvern::conformance {

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

// Closed by the destructor. Used by one thread at a time.
class OpenSession {
 public:
  // `rows` and `names` are those that came until the end.
  struct Answer {
    Outcome outcome;
    std::vector<std::string> names;
    std::vector<Row> rows;
    std::uint64_t affected = 0;
  };
  // Whether the statement goes on.
  using OnRow = std::function<bool(const Row&)>;

  OpenSession(const wyv_store_v1& table, wyv_session* raw) : table_(&table), raw_(raw) {}
  OpenSession(OpenSession&& other) noexcept : table_(other.table_), raw_(std::exchange(other.raw_, nullptr)) {}
  OpenSession& operator=(OpenSession&&) = delete;
  ~OpenSession() { close(); }
  void close();

  Outcome begin();
  Outcome commit(Terms terms = {});
  Outcome rollback();
  Outcome script(std::string_view sql);
  Outcome queue(std::string_view sql);
  Outcome mark();
  Outcome undo_to_mark();
  Answer execute(std::string_view sql, const std::vector<Value>& parameters = {}, Terms terms = {},
                 const OnRow& on_row = {});
  // Without a sink for the rows and without a place for the count.
  Outcome execute_blindly(std::string_view sql);

 private:
  const wyv_store_v1* table_;
  wyv_session* raw_;
};

class StoreTable : public Lifecycle {
 protected:
  void SetUp() override;
  bool whole() const;

  const wyv_store_v1* table_ = nullptr;
};

class Store : public StoreTable {
 protected:
  void SetUp() override;

  // Throws when there is none to be had.
  OpenSession reader() { return open(instance, WYV_SESSION_READ); }
  OpenSession writer() { return open(instance, WYV_SESSION_WRITE); }
  OpenSession open(const Instance& store, std::int32_t mode);
  Outcome try_open(const Instance& store, std::int32_t mode, wyv_session** out, Terms terms = {});
  // Opens sessions for reading, each with that time, until one is refused, and returns that; or until there are far too
  // many.
  static constexpr std::chrono::milliseconds fill_timeout{1000};  // of a server; each may have to be connected
  Outcome fill(std::vector<OpenSession>& sessions);

  // Makes the table `things` anew; in a server it may be left from an earlier run.
  void make_things(const std::string& columns);
  std::string insert_row() const { return "INSERT INTO " + things + " VALUES (1)"; }
  // For writing, with a transaction in which that was done; the column is a primary key.
  OpenSession begun_with_a_row();
  // Runs in a session of its own and expects that it succeeds.
  void run(const std::string& sql, const std::vector<Value>& parameters = {});
  // The one integer that it selects; -1 when it fails or selects something else.
  static std::int64_t integer(OpenSession& session, const std::string& sql);
  std::int64_t integer(const std::string& sql);
  std::string count_things() const { return "SELECT count(*) FROM " + things; }
  // What came out of a column of that type where these were put into it.
  std::vector<Value> kept(const std::string& type, const std::vector<Value>& values);

  std::string things;  // named for the check: several may run beside one another on one server
  std::string parts;   // for a second table

 private:
  void drop(const std::string& table);
};

// How long after its deadline a call may still come back.
inline constexpr std::chrono::seconds store_grace(1);

// With the status and the code of its report.
::testing::AssertionResult fails(wyv_status status, std::string_view code, const Outcome& outcome);

}  // namespace wyvern::conformance
