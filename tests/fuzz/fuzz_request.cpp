// However the bytes of a connection are cut into pieces, they are the same requests: a server that
// depends on the cuts can be made to disagree with another about where a request ends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "request_parser.hpp"
#include "target.hpp"

namespace {

using wyvern::http::RequestParser;
using wyvern::http::Target;

constexpr std::size_t most_body_bytes = 512;

// What a server would make of the bytes when they come `piece` by piece.
std::string understood(std::string_view bytes, std::size_t piece) {
  RequestParser parser(1024, 256);
  std::string all;
  std::size_t begin = 0;
  for (std::size_t end = std::min(piece, bytes.size());;) {
    std::size_t used = 0;
    const auto step = parser.feed(bytes.substr(begin, end - begin), used);
    if (used > end - begin) __builtin_trap();
    begin += used;
    switch (step) {
      case RequestParser::Step::more:
        if (end == bytes.size()) return all;
        end = std::min(end + piece, bytes.size());
        break;
      case RequestParser::Step::header: {
        const auto& request = parser.request();
        if (request.request_id().size() > 64) __builtin_trap();
        parser.limit_body(most_body_bytes);
        Target target;
        const auto refusal = target.parse(request.target);
        all += request.method + " " + request.target + (refusal ? " refused" : "");
        if (!refusal)
          for (const auto segment : target.segments()) {
            if (segment == ".." || segment.find('/') != std::string_view::npos) __builtin_trap();
            all += " [" + std::string(segment) + "]";
          }
        break;
      }
      case RequestParser::Step::complete:
        if (parser.request().body.size() > most_body_bytes) __builtin_trap();
        all += " {" + parser.request().body + "}\n";
        parser.reset();
        break;
      case RequestParser::Step::failed:
        if (parser.fault().status < 400 || parser.fault().message.empty()) __builtin_trap();
        return all;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // A fault may be found sooner or later, so what counts is what was understood before it.
  if (understood(bytes, bytes.size()) != understood(bytes, 1)) __builtin_trap();
  return 0;
}
