// The configuration, and what libpq is told of it.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "wyvern/plugin.hpp"

namespace wyvern::postgres {

enum class Access { read, write };

struct Settings {
  Settings(const Json& config, const std::string& name);

  // Keywords of libpq and their values, for one connection.
  std::vector<std::pair<std::string, std::string>> keywords(Access access) const;
  // "the database 'wyvern' at db.example:5432", for messages.
  std::string place() const;

  std::string host;
  int port;
  std::string database;
  std::string user;
  std::string password;
  std::string schema;
  std::string sslmode;
  std::string sslrootcert;
  std::string sslcert;
  std::string sslkey;
  unsigned read_sessions;
  unsigned write_sessions;
  std::chrono::milliseconds connect_timeout;
  std::chrono::milliseconds statement_timeout;
  std::chrono::milliseconds lock_timeout;
  std::chrono::milliseconds idle_transaction_timeout;
  std::string application;  // how the server lists our connections
};

}  // namespace wyvern::postgres
