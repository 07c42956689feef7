// A client of a surface that listens on TCP, for HTTP/1.1 and for garbage.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace wyvern::conformance {

// "http://127.0.0.1:8080/api/v1" in its parts; port 0 when the text has none.
struct Url {
  explicit Url(const std::string& text);
  std::string scheme, host, path;
  int port = 0;
};

struct HttpAnswer {
  int status = 0;                              // 0: no answer of HTTP came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // as it came; of chunks, with their sizes
};

class TcpClient {
 public:
  // Not connected when nobody listens there.
  explicit TcpClient(const Url& url);
  ~TcpClient();
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  bool connected() const { return socket_ >= 0; }
  // False once the other side has closed.
  bool send(std::string_view bytes);
  // Reads until `text` has come; false when the other side closed before, or took too long.
  bool read_until(std::string_view text, std::chrono::milliseconds patience = std::chrono::seconds(5));
  // Reads a whole answer: by its content-length, or until the other side closes.
  HttpAnswer answer(std::chrono::milliseconds patience = std::chrono::seconds(5));
  // Reads what is left; true when the other side closes.
  bool closed(std::chrono::milliseconds patience = std::chrono::seconds(5));
  void close();

 private:
  enum class Read { some, end, nothing };
  Read read_some(std::chrono::steady_clock::time_point until);

  int socket_ = -1;
  std::string received_;
};

}  // namespace wyvern::conformance
