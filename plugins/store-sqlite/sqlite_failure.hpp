// SQLite's result codes as the errors of abi/store.h.
#pragma once

#include <sqlite3.h>

#include <string_view>

#include "wyvern/plugin.hpp"

namespace wyvern::sqlite {

// `subject` is the SQL text or the file that the call was about. `database` may be null.
Failure failure(sqlite3* database, int result, const Context& context, std::string_view subject);

}  // namespace wyvern::sqlite
