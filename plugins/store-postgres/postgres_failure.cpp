#include "postgres_failure.hpp"

#include <algorithm>
#include <cctype>

namespace wyvern::postgres {

namespace {

constexpr std::size_t kShownSql = 200;

std::string shortened(std::string_view text) {
  if (text.size() <= kShownSql) return std::string(text);
  std::size_t end = kShownSql;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  return std::string(text.substr(0, end)) + "…";
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : text;
}

// "things_name_key: Key (name)=(one) already exists."
std::string constraint(const PGresult* result) {
  const auto name = field(result, PG_DIAG_CONSTRAINT_NAME);
  const auto detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  return name.empty() || detail.empty() ? name + detail : name + ": " + detail;
}

}  // namespace

Failure failure(const PGresult* result, std::string_view subject) {
  const auto state = field(result, PG_DIAG_SQLSTATE);
  auto message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = PQresultErrorMessage(result);
  const auto about = shortened(subject);
  const auto is_class = [&](std::string_view of) { return state.starts_with(of); };
  if (state == "23505" || state == "23P01")
    return {WYV_CONFLICT, "store.unique", "a row with the same key exists already", constraint(result)};
  if (state == "23503" || state == "23001")
    return {WYV_CONFLICT, "store.foreign_key", "a row that this one refers to is missing, or is still referred to",
            constraint(result)};
  if (is_class("23") || state == "44000")
    return {WYV_INVALID, "store.constraint", "the row does not fit the table: " + message,
            constraint(result).empty() ? about : constraint(result)};
  if (state == "25006")
    return {WYV_INVALID, "store.read_session", "a session that was opened for reading cannot change anything", about};
  if (state == "08P01") return {WYV_INVALID, "store.parameters", "the parameters do not fit: " + message, about};
  if (is_class("22")) return {WYV_INVALID, "store.value", "a value cannot be stored or computed: " + message, about};
  if (state == "40001" || state == "40P01")
    return {WYV_UNAVAILABLE, "store.busy", "another transaction was in the way; try again", message};
  if (state == "55P03")
    return {WYV_UNAVAILABLE, "store.busy",
            "another transaction holds what this one needs; try again, or look for one that hangs in pg_stat_activity",
            message};
  if (state == "57014")
    return {WYV_TIMEOUT, "store.statement_timeout",
            "the server ended the statement (" + message + "); see statement_timeout_ms", about};
  if (is_class("53"))
    return {WYV_EXHAUSTED, "store.full", "the server has no room left: " + message,
            field(result, PG_DIAG_MESSAGE_HINT)};
  if (is_class("54")) return {WYV_EXHAUSTED, "store.too_big", "the server has a limit: " + message, about};
  if (state == "42501")
    return {WYV_DENIED, "store.denied", "the server refuses: " + message + "; grant it to the store's user", about};
  if (is_class("42") || is_class("0A") || is_class("3F") || is_class("26") || state.empty())
    return {WYV_INVALID, "store.syntax", "the statement cannot be run: " + message, about};
  if (is_class("58"))
    return {WYV_UNAVAILABLE, "store.io", "the server's disk fails: " + message + "; look into its log", about};
  return {WYV_INTERNAL, "store.internal", "the server failed: " + message + " (" + state + ")", about};
}

bool Refused::passing() const {
  return sqlstate.empty() || sqlstate.starts_with("57P") || sqlstate.starts_with("53") || sqlstate.starts_with("08");
}

// The state is asked for by verbose errors: 'FATAL:  28P01: password authentication failed for user "x"', and where in
// the server's source it was found.
Refused refused(const PGconn* connection) {
  std::string message = PQerrorMessage(connection);
  std::string state;
  for (std::size_t at = message.find(":  "); at != std::string::npos; at = message.find(":  ", at + 1)) {
    const auto candidate = message.substr(at + 3, 5);
    const bool fits = candidate.size() == 5 && message.compare(at + 8, 2, ": ") == 0 &&
                      std::all_of(candidate.begin(), candidate.end(),
                                  [](unsigned char c) { return std::isdigit(c) != 0 || std::isupper(c) != 0; });
    if (!fits) continue;
    state = candidate;
    message.erase(at + 3, 7);
    break;
  }
  if (const auto where = message.find("\nLOCATION:"); where != std::string::npos) message.erase(where);
  while (!message.empty() && std::isspace(static_cast<unsigned char>(message.back())) != 0) message.pop_back();
  return {message, state};
}

}  // namespace wyvern::postgres
