#include "http/settings.hpp"

#include <charconv>

namespace wyvern::http {
namespace {

Failure bad_listen(std::string_view text) {
  return {
      WYV_INVALID, "http.listen",
      "'" + std::string(text) + "' is no address to listen on; write host:port, such as 127.0.0.1:8080 or [::1]:8080"};
}

template <class Value>
void take(const Json& from, const char* key, Value& to) {
  if (const auto found = from.find(key); found != from.end()) to = found->get<Value>();
}

void take_ms(const Json& from, const char* key, std::chrono::milliseconds& to) {
  if (const auto found = from.find(key); found != from.end())
    to = std::chrono::milliseconds(found->get<std::int64_t>());
}

}  // namespace

ListenAddress parse_listen(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) throw bad_listen(text);
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') throw bad_listen(text);
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    throw bad_listen(text);  // an IPv6 address needs its brackets
  }
  ListenAddress address{std::string(host), 0};
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (digits.empty() || fault != std::errc{} || end != digits.data() + digits.size()) throw bad_listen(text);
  return address;
}

Settings read_settings(const Json& config, Settings settings) {
  if (const auto listen = config.find("listen"); listen != config.end())
    settings.listen = parse_listen(listen->get<std::string>());
  take(config, "threads", settings.threads);
  take(config, "reuse_port", settings.reuse_port);
  take(config, "base_path", settings.base_path);
  while (!settings.base_path.empty() && settings.base_path.back() == '/') settings.base_path.pop_back();

  take(config, "compress", settings.compress);
  const Json cors = config.value("cors", Json::object());
  take(cors, "origins", settings.cors_origins);
  take(cors, "credentials", settings.cors_credentials);
  const Json tls = config.value("tls", Json::object());
  take(tls, "certificate", settings.tls_certificate);
  take(tls, "key", settings.tls_key);

  const Json limits = config.value("limits", Json::object());
  take(limits, "connections", settings.max_connections);
  take(limits, "calls", settings.calls.total);
  take(limits, "calls_per_address", settings.calls.per_address);
  take(limits, "streams", settings.streams.total);
  take(limits, "streams_per_address", settings.streams.per_address);
  take(limits, "header_bytes", settings.max_header_bytes);
  take(limits, "target_bytes", settings.max_target_bytes);
  take(limits, "body_bytes", settings.max_body_bytes);
  take(limits, "queued_bytes", settings.max_queued_bytes);
  const Json timeouts = config.value("timeouts", Json::object());
  take_ms(timeouts, "idle_ms", settings.idle_timeout);
  take_ms(timeouts, "header_ms", settings.header_timeout);
  take_ms(timeouts, "body_ms", settings.body_timeout);
  take_ms(timeouts, "write_ms", settings.write_timeout);
  return settings;
}

}  // namespace wyvern::http
