#include "values.hpp"

#include <cctype>
#include <cmath>
#include <string>
#include <string_view>

#include "utf8_text.hpp"

namespace wyvern::sqlite {

namespace {

std::uint32_t declared_type(const char* declaration) {
  if (declaration == nullptr) return WYV_VALUE_NULL;
  std::string name(declaration);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  if (has("BOOL")) return WYV_VALUE_BOOL;
  if (has("TIMESTAMP")) return WYV_VALUE_TIMESTAMP;
  if (has("JSON")) return WYV_VALUE_JSON;
  if (has("DOUBLE") || has("REAL") || has("FLOAT")) return WYV_VALUE_DOUBLE;
  return WYV_VALUE_NULL;  // integers, text and bytes are what they are stored as
}

Failure unreadable(const char* what) { return {WYV_INVALID, "store.value", what}; }

// The extra parameter keeps the pointer non-null: SQLite takes a null pointer for NULL, even when its size is 0.
const char* present(std::string_view text) { return text.data() == nullptr ? "" : text.data(); }

wyv_view column_text(sqlite3_stmt* statement, int index) {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
  return {data, static_cast<std::uint64_t>(sqlite3_column_bytes(statement, index))};
}

}  // namespace

int bind_value(sqlite3_stmt* statement, int index, const wyv_value& value) {
  switch (value.type) {
    case WYV_VALUE_NULL:
      return sqlite3_bind_null(statement, index);
    case WYV_VALUE_BOOL:
      return sqlite3_bind_int64(statement, index, value.as.integer != 0 ? 1 : 0);
    case WYV_VALUE_INT64:
    case WYV_VALUE_TIMESTAMP:
      return sqlite3_bind_int64(statement, index, value.as.integer);
    case WYV_VALUE_DOUBLE:
      if (std::isnan(value.as.real)) throw unreadable("a number that is not a number (NaN) cannot be stored");
      return sqlite3_bind_double(statement, index, value.as.real);
    case WYV_VALUE_TEXT:
    case WYV_VALUE_JSON: {
      const auto bytes = text(value.as.text);
      if (!is_utf8_text(bytes)) throw unreadable("a text with a zero byte, or that is not UTF-8, cannot be stored");
      return sqlite3_bind_text64(statement, index, present(bytes), bytes.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    case WYV_VALUE_BYTES: {
      const auto bytes = text(value.as.text);
      return sqlite3_bind_blob64(statement, index, present(bytes), bytes.size(), SQLITE_STATIC);
    }
    default:
      throw unreadable("a parameter has a type that is not known");
  }
}

Columns::Columns(sqlite3_stmt* statement) : statement_(statement) {
  const int count = sqlite3_column_count(statement);
  for (int i = 0; i < count; ++i) {
    names_.push_back(view(sqlite3_column_name(statement, i)));
    declared_.push_back(declared_type(sqlite3_column_decltype(statement, i)));
  }
}

void Columns::read(std::span<wyv_value> out) const {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int index = static_cast<int>(i);
    wyv_value& value = out[i];
    value = {};
    const int stored = sqlite3_column_type(statement_, index);
    if (stored == SQLITE_NULL) continue;
    if (declared_[i] == WYV_VALUE_JSON) {  // SQLite keeps a bare number of a JSON column as a number
      value.type = WYV_VALUE_JSON;
      value.as.text = column_text(statement_, index);
      continue;
    }
    switch (stored) {
      case SQLITE_INTEGER:
        if (declared_[i] == WYV_VALUE_DOUBLE) {
          value.type = WYV_VALUE_DOUBLE;
          value.as.real = sqlite3_column_double(statement_, index);
          break;
        }
        value.type = declared_[i] == WYV_VALUE_NULL ? static_cast<std::uint32_t>(WYV_VALUE_INT64) : declared_[i];
        value.as.integer = sqlite3_column_int64(statement_, index);
        break;
      case SQLITE_FLOAT:
        value.type = WYV_VALUE_DOUBLE;
        value.as.real = sqlite3_column_double(statement_, index);
        break;
      case SQLITE_BLOB:
        value.type = WYV_VALUE_BYTES;
        value.as.text = {static_cast<const char*>(sqlite3_column_blob(statement_, index)),
                         static_cast<std::uint64_t>(sqlite3_column_bytes(statement_, index))};
        break;
      default:
        value.type = WYV_VALUE_TEXT;
        value.as.text = column_text(statement_, index);
    }
  }
}

}  // namespace wyvern::sqlite
