#include "compression.hpp"

#include <zlib.h>

#include <algorithm>
#include <optional>

#include "wyvern/plugin.hpp"

namespace wyvern::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return made;
}

// "0.8" in thousandths; what is no weight is none.
int weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int thousandths = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return 0;
    thousandths += (digit - '0') * place;
    place /= 10;
  }
  return std::min(thousandths, 1000);
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<int> gzip;
  std::optional<int> any;
  int identity = 0;
  while (!accept_encoding.empty()) {
    const auto end = std::min(accept_encoding.find(','), accept_encoding.size());
    const auto entry = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    const auto semicolon = std::min(entry.find(';'), entry.size());
    const auto coding = lower(trimmed(entry.substr(0, semicolon)));
    auto parameter = trimmed(entry.substr(std::min(semicolon + 1, entry.size())));
    int q = 1000;
    if (!parameter.empty()) {
      const auto equals = std::min(parameter.find('='), parameter.size());
      if (lower(trimmed(parameter.substr(0, equals))) == "q")
        q = weight(trimmed(parameter.substr(std::min(equals + 1, parameter.size()))));
    }
    if (coding == "gzip" || coding == "x-gzip")
      gzip = q;
    else if (coding == "*")
      any = q;
    else if (coding == "identity")
      identity = q;
  }
  const int wanted = gzip.value_or(any.value_or(0));
  return wanted > 0 && wanted >= identity;
}

bool compressible(std::string_view content_type) {
  const auto type = lower(trimmed(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" || type.ends_with("+json") || type == "text/javascript" ||
         (type.starts_with("text/") && type != "text/event-stream");
}

std::string gzip(std::string_view bytes) {
  constexpr int window_bits = 15;
  constexpr int gzip_framing = 16;
  constexpr int memory_level = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits + gzip_framing, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw Failure(WYV_EXHAUSTED, "http.compression", "no memory to compress an answer");
  std::string made(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT: zlib only reads it
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(made.data());
  stream.avail_out = static_cast<uInt>(made.size());
  deflate(&stream, Z_FINISH);
  made.resize(stream.total_out);
  deflateEnd(&stream);
  return made;
}

}  // namespace wyvern::http
