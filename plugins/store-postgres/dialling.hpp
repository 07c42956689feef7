// From a configuration to an open connection.
#pragma once

#include <libpq-fe.h>

#include <memory>

#include "patience.hpp"
#include "postgres_failure.hpp"
#include "settings.hpp"

namespace wyvern::postgres {

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using OwnedConnection = std::unique_ptr<PGconn, FinishConnection>;

// Thrown when there is no connection to be had.
struct Unreachable {
  Refused why;
};

// One try, until `until`. Throws Unreachable, or Failure when the call must end.
OwnedConnection dial(const Settings& settings, Access access, const Patience& patience, Clock::time_point until);

}  // namespace wyvern::postgres
