// A client that sends exactly the bytes of the test and reads whatever comes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wyvern::test {

struct Response {
  int status = 0;
  std::string reason;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

// Every wait ends by itself after 20 s, as an exception std::runtime_error.
class RawClient {
 public:
  // `receive_buffer` in bytes makes a reader that takes little at a time; 0 is the system's.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0, bool ipv6 = false);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes);
  // False when the connection took not everything: the server closed it.
  bool try_send(std::string_view bytes);
  // One response. `head_only` for the answer to HEAD.
  Response read(bool head_only = false);
  // Bytes until `mark` has come; with the mark.
  std::string read_until(std::string_view mark);
  // True when the server has closed, false when a byte came instead.
  bool closed();
  // Everything until the server closes.
  std::string read_rest();
  // GET on the connection, kept alive.
  Response get(const std::string& target, const std::string& more_headers = {});

  void close();          // orderly
  void close_writing();  // half
  void reset();          // with RST
  std::string local_address() const;

 private:
  bool fill();  // false at the end

  int socket_ = -1;
  std::string buffer_;
};

}  // namespace wyvern::test
