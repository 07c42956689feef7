#include "transaction_control.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace wyvern::postgres {

namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// Behind white space and comments; block comments nest in PostgreSQL.
std::string_view without_remarks(std::string_view sql) {
  for (;;) {
    while (!sql.empty() && (std::isspace(static_cast<unsigned char>(sql.front())) != 0 || sql.front() == ';'))
      sql.remove_prefix(1);
    if (sql.starts_with("--")) {
      sql.remove_prefix(std::min(sql.find('\n'), sql.size()));
    } else if (sql.starts_with("/*")) {
      int depth = 0;
      do {
        const bool opens = sql.starts_with("/*");
        if (opens) ++depth;
        const bool closes = !opens && sql.starts_with("*/");
        if (closes) --depth;
        sql.remove_prefix(std::min<std::size_t>(opens || closes ? 2 : 1, sql.size()));
      } while (depth > 0 && !sql.empty());
    } else {
      return sql;
    }
  }
}

}  // namespace

bool controls_transactions(std::string_view sql) {
  static constexpr std::array<std::string_view, 12> words{"begin",    "start", "commit",    "end",
                                                          "rollback", "abort", "savepoint", "release",
                                                          "prepare",  "copy",  "discard",   "deallocate"};
  sql = without_remarks(sql);
  std::string first;
  for (const char c : sql) {
    if (!is_letter(c)) break;
    first += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return std::find(words.begin(), words.end(), first) != words.end();
}

}  // namespace wyvern::postgres
