#include "suites/store.hpp"

#include <algorithm>
#include <stdexcept>

namespace wyvern::conformance {
namespace {

bool is_integer(std::uint32_t type) {
  return type == WYV_VALUE_BOOL || type == WYV_VALUE_INT64 || type == WYV_VALUE_TIMESTAMP;
}
bool is_text(std::uint32_t type) { return type == WYV_VALUE_TEXT || type == WYV_VALUE_BYTES || type == WYV_VALUE_JSON; }

wyv_value raw_value(const Value& value) {
  wyv_value raw{};
  raw.type = value.type;
  if (is_integer(value.type)) raw.as.integer = value.integer;
  if (value.type == WYV_VALUE_DOUBLE) raw.as.real = value.real;
  if (is_text(value.type)) raw.as.text = view(value.text);
  return raw;
}

Value owned_value(const wyv_value& raw) {
  Value value;
  value.type = raw.type;
  if (is_integer(raw.type)) value.integer = raw.as.integer;
  if (raw.type == WYV_VALUE_DOUBLE) value.real = raw.as.real;
  if (is_text(raw.type)) value.text = text(raw.as.text);
  return value;
}

struct Collector {
  OpenSession::Answer& answer;
  const OpenSession::OnRow& on_row;

  static std::int32_t take(void* self, const wyv_value* columns, const wyv_view* names, std::uint32_t count) {
    auto& to = *static_cast<Collector*>(self);
    Row row;
    to.answer.names.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
      row.push_back(owned_value(columns[i]));
      to.answer.names.emplace_back(text(names[i]));
    }
    to.answer.rows.push_back(std::move(row));
    return to.on_row && !to.on_row(to.answer.rows.back()) ? 1 : 0;
  }
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Value& value) {
  static constexpr const char* types[] = {"null", "bool", "int64", "double", "text", "bytes", "timestamp", "json"};
  out << (value.type < std::size(types) ? types[value.type] : "an unknown type");
  if (is_integer(value.type)) out << ' ' << value.integer;
  if (value.type == WYV_VALUE_DOUBLE) out << ' ' << std::hexfloat << value.real << std::defaultfloat;
  if (is_text(value.type)) out << ' ' << ::testing::PrintToString(value.text.substr(0, 80));
  return out;
}

void OpenSession::close() {
  if (raw_ != nullptr) table_->close(std::exchange(raw_, nullptr));
}
Outcome OpenSession::begin() {
  RecordedCall call;
  return call.finish(table_->begin(raw_, call.context()));
}
Outcome OpenSession::commit(Terms terms) {
  RecordedCall call(terms);
  return call.finish(table_->commit(raw_, call.context()));
}
Outcome OpenSession::rollback() {
  RecordedCall call;
  return call.finish(table_->rollback(raw_, call.context()));
}
Outcome OpenSession::script(std::string_view sql) {
  RecordedCall call;
  return call.finish(table_->script(raw_, view(sql), call.context()));
}
Outcome OpenSession::queue(std::string_view sql) {
  RecordedCall call;
  return call.finish(table_->queue(raw_, view(sql), nullptr, 0, call.context()));
}
Outcome OpenSession::mark() {
  RecordedCall call;
  return call.finish(table_->mark(raw_, call.context()));
}
Outcome OpenSession::undo_to_mark() {
  RecordedCall call;
  return call.finish(table_->undo_to_mark(raw_, call.context()));
}
OpenSession::Answer OpenSession::execute(std::string_view sql, const std::vector<Value>& parameters, Terms terms,
                                         const OnRow& on_row) {
  std::vector<wyv_value> raw;
  std::transform(parameters.begin(), parameters.end(), std::back_inserter(raw), raw_value);
  Answer answer;
  Collector collector{answer, on_row};
  const wyv_row_sink sink{&collector, &Collector::take};
  RecordedCall call(terms);
  answer.outcome = call.finish(table_->execute(raw_, view(sql), raw.data(), static_cast<std::uint32_t>(raw.size()),
                                               &sink, &answer.affected, call.context()));
  return answer;
}
Outcome OpenSession::execute_blindly(std::string_view sql) {
  RecordedCall call;
  return call.finish(table_->execute(raw_, view(sql), nullptr, 0, nullptr, nullptr, call.context()));
}

void StoreTable::SetUp() {
  started();
  table_ = instance.table<wyv_store_v1>(WYV_STORE_SERVICE);
  ASSERT_NE(table_, nullptr) << WYV_STORE_SERVICE;
}
bool StoreTable::whole() const {
  return table_->struct_size >= offsetof(wyv_store_v1, queue) && table_->dialect != nullptr &&
         table_->open != nullptr && table_->close != nullptr && table_->begin != nullptr && table_->commit != nullptr &&
         table_->rollback != nullptr && table_->execute != nullptr && table_->script != nullptr;
}

void Store::SetUp() {
  StoreTable::SetUp();
  if (table_ == nullptr || !whole()) GTEST_SKIP() << "its table has gaps";
  things = "wyvern_kit_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name());
  for (char& c : things) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  parts = things + "_2";
}

OpenSession Store::open(const Instance& store, std::int32_t mode) {
  wyv_session* raw = nullptr;
  const auto outcome = try_open(store, mode, &raw);
  if (outcome.ok() && raw != nullptr) return {*table_, raw};
  throw std::runtime_error(std::string("open of a session for ") + (mode == WYV_SESSION_READ ? "reading" : "writing") +
                           ": " + to_string(outcome));
}
Outcome Store::try_open(const Instance& store, std::int32_t mode, wyv_session** out, Terms terms) {
  RecordedCall call(terms);
  return call.finish(table_->open(store.raw(), mode, out, call.context()));
}
Outcome Store::fill(std::vector<OpenSession>& sessions) {
  constexpr int far_too_many = 200;
  Outcome outcome;
  for (int i = 0; i < far_too_many; ++i) {
    wyv_session* raw = nullptr;
    outcome = try_open(instance, WYV_SESSION_READ, &raw, {.timeout = fill_timeout});
    if (!outcome.ok()) break;
    sessions.emplace_back(*table_, raw);
  }
  return outcome;
}

void Store::drop(const std::string& table) { run("DROP TABLE IF EXISTS " + table); }
void Store::make_things(const std::string& columns) {
  drop(parts);  // it may refer to the other
  drop(things);
  run("CREATE TABLE " + things + " (" + columns + ")");
}
OpenSession Store::begun_with_a_row() {
  make_things("id BIGINT PRIMARY KEY");
  auto session = writer();
  EXPECT_TRUE(is_ok(session.begin()));
  EXPECT_TRUE(is_ok(session.execute(insert_row()).outcome));
  return session;
}
void Store::run(const std::string& sql, const std::vector<Value>& parameters) {
  auto session = writer();
  EXPECT_TRUE(is_ok(session.execute(sql, parameters).outcome)) << sql;
}
std::int64_t Store::integer(OpenSession& session, const std::string& sql) {
  const auto answer = session.execute(sql);
  EXPECT_TRUE(is_ok(answer.outcome)) << sql;
  if (answer.rows.size() != 1 || answer.rows[0].size() != 1 || answer.rows[0][0].type != WYV_VALUE_INT64) return -1;
  return answer.rows[0][0].integer;
}
std::int64_t Store::integer(const std::string& sql) {
  auto session = reader();
  return integer(session, sql);
}

std::vector<Value> Store::kept(const std::string& type, const std::vector<Value>& values) {
  make_things("id BIGINT PRIMARY KEY, v " + type);
  for (std::size_t i = 0; i < values.size(); ++i)
    run("INSERT INTO " + things + " VALUES ($1, $2)", {Value::int64(static_cast<std::int64_t>(i)), values[i]});
  auto session = reader();
  const auto answer = session.execute("SELECT v FROM " + things + " ORDER BY id");
  EXPECT_TRUE(is_ok(answer.outcome));
  std::vector<Value> found;
  for (const auto& row : answer.rows) found.push_back(row.at(0));
  return found;
}

::testing::AssertionResult fails(wyv_status status, std::string_view code, const Outcome& outcome) {
  const auto reported = outcome.reports.empty() ? "" : outcome.reports[0].code;
  if (outcome.status == status && reported == code) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << to_string(outcome) << " instead of " << status_name(status) << " (" << code
                                       << ")";
}

}  // namespace wyvern::conformance
