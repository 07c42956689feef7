#include "dialling.hpp"

#include <new>
#include <vector>

namespace wyvern::postgres {

OwnedConnection dial(const Settings& settings, Access access, const Patience& patience, Clock::time_point until) {
  const auto keywords = settings.keywords(access);
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  OwnedConnection connection(PQconnectStartParams(names.data(), values.data(), 0));
  if (connection == nullptr) throw std::bad_alloc();
  // What the server remarks would go to standard error.
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  auto step = PQstatus(connection.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (step != PGRES_POLLING_OK) {
    if (step == PGRES_POLLING_FAILED) throw Unreachable{refused(connection.get())};
    patience.check();
    if (Clock::now() >= until) throw Unreachable{{"no answer within the time for connecting", {}}};
    const short events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (wait_a_little(PQsocket(connection.get()), events)) step = PQconnectPoll(connection.get());
  }
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  if (PQsetnonblocking(connection.get(), 1) != 0) throw Unreachable{refused(connection.get())};
  return connection;
}

}  // namespace wyvern::postgres
