#include "sqlite_failure.hpp"

#include <cerrno>
#include <string>

namespace wyvern::sqlite {

namespace {

constexpr std::size_t kShownSql = 200;

std::string shortened(std::string_view text) {
  if (text.size() <= kShownSql) return std::string(text);
  std::size_t end = kShownSql;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  return std::string(text.substr(0, end)) + "…";
}

// "UNIQUE constraint failed: channels.name" names the columns behind the colon.
std::string constraint(const std::string& message) {
  const auto colon = message.find(": ");
  return colon == std::string::npos ? std::string() : message.substr(colon + 2);
}

Failure constraint_failure(int result, const std::string& message) {
  switch (result) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {WYV_CONFLICT, "store.unique", "a row with the same key exists already", constraint(message)};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {WYV_CONFLICT, "store.foreign_key", "a row that this one refers to is missing, or is still referred to",
              constraint(message)};
    default:
      return {WYV_INVALID, "store.constraint", "the row does not fit the table: " + message, constraint(message)};
  }
}

// "the database 'path'", for faults of its file.
std::string named(sqlite3* database) {
  const char* file = database == nullptr ? nullptr : sqlite3_db_filename(database, "main");
  return file == nullptr || *file == '\0' ? "the database" : "the database '" + std::string(file) + "'";
}

bool no_space(sqlite3* database) {
  const int system = sqlite3_system_errno(database);
  return system == ENOSPC || system == EDQUOT || system == EFBIG;
}

}  // namespace

Failure failure(sqlite3* database, int result, const Context& context, std::string_view subject) {
  const std::string message = database == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(database);
  const std::string about = shortened(subject);
  const std::string file = named(database);
  switch (result & 0xFF) {
    case SQLITE_CONSTRAINT:
      return constraint_failure(result, message);
    case SQLITE_INTERRUPT:
      if (context.cancelled()) return {WYV_CANCELLED, "call.cancelled", "the caller withdrew", about};
      if (context.expired())
        return {WYV_TIMEOUT, "call.timeout", "the deadline passed before the statement ended", about};
      return {WYV_CANCELLED, "store.stopping", "the store is being stopped", about};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      if (context.cancelled()) return {WYV_CANCELLED, "call.cancelled", "the caller withdrew", about};
      if (context.expired())
        return {WYV_TIMEOUT, "call.timeout", "the deadline passed while another program held the database", about};
      return {WYV_UNAVAILABLE, "store.busy",
              "another program holds " + file + "; close that program, or let it copy the file with '.backup' instead",
              message};
    case SQLITE_FULL:
      return {WYV_EXHAUSTED, "store.full", "the disk of " + file + " is full; free some space", message};
    case SQLITE_IOERR:
      if (no_space(database))
        return {WYV_EXHAUSTED, "store.full", "the disk of " + file + " is full; free some space", message};
      if (result == SQLITE_IOERR_NOMEM) return {WYV_EXHAUSTED, "memory", "out of memory", message};
      return {WYV_UNAVAILABLE, "store.io", "the disk of " + file + " fails; look into the system's log",
              message + " (" + about + ")"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {WYV_INVALID, "store.corrupt",
              file + " is damaged, or is no SQLite database; move it away and restore a backup",
              message + " (" + about + ")"};
    case SQLITE_CANTOPEN:
      return {WYV_DENIED, "store.cannot_open",
              file + " cannot be opened; check that the file and its folder can be written by this user",
              message + " (" + about + ")"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {WYV_DENIED, "store.read_only",
              file + " cannot be written; check the mount and the permissions of its file and folder",
              message + " (" + about + ")"};
    case SQLITE_AUTH:
      return {WYV_INVALID, "store.not_allowed",
              "transactions are begun and ended by the session, and other files are never attached", about};
    case SQLITE_NOMEM:
      return {WYV_EXHAUSTED, "memory", "out of memory", about};
    case SQLITE_TOOBIG:
      return {WYV_EXHAUSTED, "store.too_big", "a value is larger than a row may be", message};
    case SQLITE_MISMATCH:
      return {WYV_INVALID, "store.constraint", "the row does not fit the table: " + message, about};
    case SQLITE_ERROR:
    case SQLITE_RANGE:
      return {WYV_INVALID, "store.syntax", "the statement cannot be run: " + message, about};
    default:
      return {WYV_INTERNAL, "store.internal", "the database failed: " + message, about};
  }
}

}  // namespace wyvern::sqlite
