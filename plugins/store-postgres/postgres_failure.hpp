// SQLSTATEs as the errors of abi/store.h.
#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "wyvern/plugin.hpp"

namespace wyvern::postgres {

// What a statement that the server refused is told as. `subject` is its SQL text.
Failure failure(const PGresult* result, std::string_view subject);

// What a server says when it refuses a connection.
struct Refused {
  std::string message;
  std::string sqlstate;  // empty when it was not reached
  // Whether it may be different in a moment: it starts, it is full, it is away.
  bool passing() const;
};
Refused refused(const PGconn* connection);

}  // namespace wyvern::postgres
