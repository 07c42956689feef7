// Values of abi/store.h in and out of SQLite, which has five storage classes and no types.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <span>
#include <vector>

#include "wyvern/store.hpp"

namespace wyvern::sqlite {

// Returns a result of SQLite; throws for a value that could not be read back as it was. Text and bytes are not copied:
// they stay the caller's until the statement is reset.
int bind_value(sqlite3_stmt* statement, int index, const wyv_value& value);

// The columns of a statement's rows. A column of a table has the type that it was declared with; an expression has the
// type of its storage class.
class Columns {
 public:
  explicit Columns(sqlite3_stmt* statement);

  std::size_t count() const { return names_.size(); }
  std::span<const wyv_view> names() const { return names_; }
  // The values of the current row, valid until the next step.
  void read(std::span<wyv_value> out) const;

 private:
  sqlite3_stmt* statement_;
  std::vector<wyv_view> names_;
  std::vector<std::uint32_t> declared_;  // WYV_VALUE_NULL where nothing fitting was declared
};

}  // namespace wyvern::sqlite
