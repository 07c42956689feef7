// HTTP/1.1 requests from bytes. Beast's parser does the grammar; this adds what a server that stands open must refuse.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "refusal.hpp"
#include "request.hpp"

namespace wyvern::http {

class RequestParser {
 public:
  enum class Step {
    more,      // everything that could be used was used; the rest needs more bytes
    header,    // the headers are complete: decide about the body, then go on
    complete,  // the request is complete
    failed     // see fault()
  };

  RequestParser(std::size_t max_header_bytes, std::size_t max_target_bytes);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Makes ready for the next request.
  void reset();
  // `used` is how many of the bytes may be forgotten.
  Step feed(std::string_view bytes, std::size_t& used);
  // After Step::header. A body beyond the limit fails with 413.
  void limit_body(std::size_t bytes);
  // After Step::header: reads the body without keeping it.
  void discard_body();

  bool started() const;  // a byte of the current request was used
  Request& request();
  const Refusal& fault() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wyvern::http
