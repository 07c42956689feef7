// What a surface's configuration says about its HTTP server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wyvern/plugin.hpp"

namespace wyvern::http {

// Where to listen. The host is a literal address or a name; an IPv6 address stands without brackets here.
struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0 lets the system choose
};

// "127.0.0.1:8080", "[::1]:8080", "localhost:0". Throws Failure http.listen for anything else.
ListenAddress parse_listen(std::string_view text);

// How many calls may be under way at once.
struct CallLimit {
  std::size_t total;
  std::size_t per_address;  // of one IPv4 host, or one IPv6 network of 64 bits
};

struct Settings {
  ListenAddress listen;
  unsigned threads = 1;
  bool reuse_port = false;  // an acceptor a thread (SO_REUSEPORT) instead of one that all threads share
  std::string base_path;    // "" or "/api/v1": begins with a slash, ends without one

  bool compress = true;                   // large JSON, for readers that take gzip
  std::vector<std::string> cors_origins;  // whose pages may read the answers; "*" is every page
  bool cors_credentials = false;          // with the reader's session
  std::string tls_certificate;            // a PEM file with the chain; empty: plain HTTP
  std::string tls_key;                    // a PEM file

  std::size_t max_connections = 1024;
  CallLimit calls{1024, 256};
  CallLimit streams{256, 64};                        // answers without an end, such as events
  std::size_t max_header_bytes = 16 * 1024;          // request line and headers, each
  std::size_t max_target_bytes = 8 * 1024;           // path and query
  std::size_t max_body_bytes = 1024 * 1024;          // for an operation that names no limit of its own
  std::size_t max_queued_bytes = 4 * 1024 * 1024;    // of an answer, beyond which its reader is dropped
  std::chrono::milliseconds idle_timeout{60'000};    // between requests of a connection
  std::chrono::milliseconds header_timeout{10'000};  // from the first byte of a request to the end of its headers
  std::chrono::milliseconds body_timeout{30'000};    // from the end of the headers to the end of the body
  std::chrono::milliseconds write_timeout{30'000};   // without a byte taken by the reader
};

// Reads what the manifest's schema describes; what is absent keeps the value that it has in `defaults`.
Settings read_settings(const Json& config, Settings defaults);

}  // namespace wyvern::http
