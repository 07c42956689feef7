#include "statement.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <vector>

#include "sqlite_failure.hpp"
#include "values.hpp"

namespace wyvern::sqlite {

namespace {

// "$3" and "$3::bigint" are parameter 3: SQLite takes a cast in PostgreSQL's spelling for a part of the name.
std::size_t parameter_number(const char* name) {
  std::size_t number = 0;
  if (name != nullptr && name[0] == '$') {
    const auto* end = name + std::strlen(name);
    const auto read = std::from_chars(name + 1, end, number);
    if (read.ec == std::errc() && (read.ptr == end || std::strncmp(read.ptr, "::", 2) == 0)) return number;
  }
  return 0;
}

Failure wrong_parameters(const std::string& message, std::string_view sql) {
  return {WYV_INVALID, "store.parameters", message, std::string(sql)};
}

}  // namespace

Statement::Statement(Connection& connection, std::string_view sql, const Context& context)
    : connection_(connection),
      sql_(sql),
      context_(context),
      call_(connection, context),
      raw_(connection.prepare(sql, context)) {}

Statement::~Statement() { connection_.keep(sql_, std::move(raw_)); }

void Statement::bind(std::span<const wyv_value> parameters) {
  const int names = sqlite3_bind_parameter_count(raw_.get());
  std::size_t highest = 0;
  for (int i = 1; i <= names; ++i) {
    const char* name = sqlite3_bind_parameter_name(raw_.get(), i);
    const std::size_t number = parameter_number(name);
    if (number == 0)
      throw wrong_parameters(
          std::string("parameters are written $1, $2, …, not '") + (name == nullptr ? "?" : name) + "'", sql_);
    if (number > parameters.size())
      throw wrong_parameters("the statement uses $" + std::to_string(number) + ", but " +
                                 std::to_string(parameters.size()) + " were given",
                             sql_);
    highest = std::max(highest, number);
    const int result = bind_value(raw_.get(), i, parameters[number - 1]);
    if (result != SQLITE_OK) throw failure(connection_.raw(), result, context_, sql_);
  }
  if (highest < parameters.size())
    throw wrong_parameters(
        std::to_string(parameters.size()) + " parameters were given, but the statement uses " + std::to_string(highest),
        sql_);
}

bool Statement::step() {
  const int result = sqlite3_step(raw_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  if (result == SQLITE_READONLY && connection_.access() == Connection::Access::read)
    throw Failure(WYV_INVALID, "store.read_session", "a session that was opened for reading cannot change anything",
                  std::string(sql_));
  throw failure(connection_.raw(), result, context_, sql_);
}

std::uint64_t Statement::run(std::span<const wyv_value> parameters, const StoreSession::OnRow& on_row) {
  bind(parameters);
  const sqlite3_int64 before = sqlite3_total_changes64(connection_.raw());
  if (step()) {
    // The columns are asked for after the first step, which prepares the statement again when the schema has changed.
    const Columns columns(raw_.get());
    std::vector<wyv_value> values(columns.count());
    do {
      if (!on_row) continue;
      columns.read(values);
      if (!on_row(values, columns.names())) break;
    } while (step());
  }
  // A reset ends a statement that was left early; what it changed is committed here when no transaction is open.
  const int result = sqlite3_reset(raw_.get());
  if (result != SQLITE_OK) throw failure(connection_.raw(), result, context_, sql_);
  if (sqlite3_total_changes64(connection_.raw()) == before) return 0;  // `changes` still tells of an earlier statement
  return static_cast<std::uint64_t>(sqlite3_changes64(connection_.raw()));
}

}  // namespace wyvern::sqlite
