#include "settings.hpp"

#include <algorithm>
#include <cstdint>

namespace wyvern::postgres {

namespace {

std::string text_of(const Json& config, const char* field, const char* otherwise, bool needed = false) {
  std::string text = config.value(field, otherwise);
  if (text.find('\0') != std::string::npos || (needed && text.empty()))
    throw Failure(WYV_INVALID, std::string("config.") + field, std::string(field) + ": a text is expected");
  return text;
}

int number_of(const Json& config, const char* field, int otherwise, int least, int most) {
  const auto number = config.value(field, std::int64_t{otherwise});
  if (number < least || number > most)
    throw Failure(WYV_INVALID, std::string("config.") + field,
                  std::string(field) + ": a number from " + std::to_string(least) + " to " + std::to_string(most) +
                      " is expected");
  return static_cast<int>(number);
}

std::chrono::milliseconds time_of(const Json& config, const char* field, int otherwise, int least) {
  return std::chrono::milliseconds(number_of(config, field, otherwise, least, 3'600'000));
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 63 && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

Settings::Settings(const Json& config, const std::string& name)
    : host(text_of(config, "host", "", true)),
      port(number_of(config, "port", 5432, 1, 65535)),
      database(text_of(config, "database", "", true)),
      user(text_of(config, "user", "", true)),
      password(text_of(config, "password", "")),
      schema(text_of(config, "schema", "public")),
      sslmode(text_of(config, "sslmode", "prefer")),
      sslrootcert(text_of(config, "sslrootcert", "")),
      sslcert(text_of(config, "sslcert", "")),
      sslkey(text_of(config, "sslkey", "")),
      read_sessions(static_cast<unsigned>(number_of(config, "read_sessions", 8, 1, 64))),
      write_sessions(static_cast<unsigned>(number_of(config, "write_sessions", 8, 1, 64))),
      connect_timeout(time_of(config, "connect_timeout_ms", 5000, 100)),
      statement_timeout(time_of(config, "statement_timeout_ms", 600'000, 100)),
      lock_timeout(time_of(config, "lock_timeout_ms", 20'000, 10)),
      idle_transaction_timeout(time_of(config, "idle_transaction_timeout_ms", 60'000, 1000)),
      application("wyvern " + name) {
  if (!is_name(schema))  // it stands in libpq's `options` without quotes
    throw Failure(WYV_INVALID, "config.schema", "schema: small letters, digits and '_' are expected");
}

std::vector<std::pair<std::string, std::string>> Settings::keywords(Access access) const {
  const auto ms = [](std::chrono::milliseconds time) { return std::to_string(time.count()); };
  // What sessions rely on: nothing of it may come from the server's or the role's own settings.
  const std::string options = "-c search_path=" + schema + " -c statement_timeout=" + ms(statement_timeout) +
                              " -c lock_timeout=" + ms(lock_timeout) +
                              " -c plan_cache_mode=force_generic_plan" +  // a statement is prepared to be planned once
                              " -c idle_in_transaction_session_timeout=" + ms(idle_transaction_timeout) +
                              " -c default_transaction_read_only=" + (access == Access::read ? "on" : "off") +
                              " -c default_transaction_isolation=read\\ committed -c synchronous_commit=on"
                              " -c timezone=UTC -c datestyle=ISO -c bytea_output=hex -c extra_float_digits=1"
                              " -c standard_conforming_strings=on";
  std::vector<std::pair<std::string, std::string>> all{{"host", host},
                                                       {"port", std::to_string(port)},
                                                       {"dbname", database},
                                                       {"user", user},
                                                       {"sslmode", sslmode},
                                                       {"gssencmode", "disable"},
                                                       {"client_encoding", "UTF8"},
                                                       {"application_name", application},
                                                       {"tcp_user_timeout", "30000"},
                                                       {"keepalives_idle", "30"},
                                                       {"keepalives_interval", "10"},
                                                       {"keepalives_count", "3"},
                                                       {"options", options}};
  for (const auto& [keyword, value] : {std::pair{"password", &password}, std::pair{"sslrootcert", &sslrootcert},
                                       std::pair{"sslcert", &sslcert}, std::pair{"sslkey", &sslkey}})
    if (!value->empty()) all.emplace_back(keyword, *value);
  return all;
}

std::string Settings::place() const {
  return "the database '" + database + "' at " + host + (host[0] == '/' ? ", port " : ":") + std::to_string(port);
}

}  // namespace wyvern::postgres
