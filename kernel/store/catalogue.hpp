// What tables a store has, and how they hang together: asked of the store itself, in its own dialect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace wyvern::store {

struct Table {
  std::string name;
  std::vector<std::string> key;  // the columns of its primary key
};

// All but that of the migrations; each behind those that it refers to.
std::vector<Table> tables_of(Session& session, std::string_view dialect);

// The last number that the table's own numbering gave, 0 for none; and the way to go on behind it.
std::int64_t last_number(Session& session, std::string_view dialect, const std::string& table,
                         const std::string& column);
void number_on_from(Session& session, std::string_view dialect, const std::string& table, const std::string& column,
                    std::int64_t last);

}  // namespace wyvern::store
