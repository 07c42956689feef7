#include "request_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <optional>

namespace wyvern::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

constexpr std::size_t max_headers = 100;

std::string_view text(beast::string_view from) { return {from.data(), from.size()}; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
           return lower(x) == lower(y);
         });
}

// The value of a cookie by name, or empty.
std::string_view cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    auto pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    while (!pair.empty() && pair.back() == ' ') pair.remove_suffix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
  }
  return {};
}

// An id that a client chose comes back in a header and in log lines, so only the harmless ones are taken.
bool is_request_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
           c == '.';
  });
}

}  // namespace

struct RequestParser::State {
  class Parser final : public beast::http::basic_parser<true> {
   public:
    explicit Parser(State& state) : state_(state) {
      header_limit(static_cast<std::uint32_t>(state.max_header_bytes));
      body_limit(boost::none);  // limit_body() decides, by the operation
      eager(false);             // stops after the headers
    }

   private:
    using ErrorCode = beast::error_code;
    using View = beast::string_view;

    void on_request_impl(beast::http::verb, View method, View target, int version, ErrorCode& error) override {
      state_.request.method = text(method);
      if (target.size() > state_.max_target_bytes)
        return state_.refuse(error, 414, "http.target_too_long", "the path and query of the request are too long");
      state_.request.target = text(target);
      state_.request.http_1_0 = version == 10;
    }
    void on_response_impl(int, View, int, ErrorCode&) override {}
    void on_field_impl(field name, View name_text, View value, ErrorCode& error) override {
      if (!is_header_done()) state_.header(name, text(name_text), text(value), error);  // trailers are not headers
    }
    void on_header_impl(ErrorCode& error) override {
      state_.request.keep_alive = keep_alive();
      state_.request.chunked = chunked();
      if (const auto length = content_length()) state_.request.content_length = *length;
      state_.headers_complete(error);
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
    std::size_t on_body_impl(View bytes, ErrorCode& error) override { return state_.keep(text(bytes), error); }
    void on_chunk_header_impl(std::uint64_t size, View, ErrorCode& error) override {
      if (size > state_.body_limit - std::min(state_.received, state_.body_limit)) state_.refuse_body(error);
    }
    std::size_t on_chunk_body_impl(std::uint64_t, View bytes, ErrorCode& error) override {
      return state_.keep(text(bytes), error);
    }
    void on_finish_impl(ErrorCode&) override {}

    State& state_;
  };

  void reset() {
    request.clear();
    fault = {};
    refused = header_told = discarding = started = false;
    headers = hosts = lengths = encodings = authorizations = traceparents = 0;
    body_limit = std::numeric_limits<std::size_t>::max();
    received = 0;
    parser.emplace(*this);
  }

  void refuse(beast::error_code& error, int status, std::string_view code, std::string message) {
    if (!refused) fault = {status, code, std::move(message), Json::object(), {}, true};
    refused = true;
    error = beast::http::error::bad_value;
  }
  void refuse_body(beast::error_code& error) {
    refuse(error, 413, "http.body_too_large",
           "the body is larger than the " + std::to_string(body_limit) + " bytes that are allowed here");
    fault.detail = {{"limit_bytes", body_limit}};
  }

  std::size_t keep(std::string_view bytes, beast::error_code& error) {
    if (bytes.size() > body_limit - std::min(received, body_limit)) {
      refuse_body(error);
      return 0;
    }
    received += bytes.size();
    if (!discarding) request.body.append(bytes);
    return bytes.size();
  }

  void header(field name, std::string_view name_text, std::string_view value, beast::error_code& error) {
    if (++headers > max_headers) return refuse(error, 431, "http.headers", "the request has too many headers");
    switch (name) {
      case field::host:
        ++hosts;
        return;
      case field::content_length:
        // Beast takes equal lengths twice; two servers that disagree about them are how requests are smuggled.
        if (++lengths > 1 || value.find(',') != std::string_view::npos)
          refuse(error, 400, "http.smuggling", "Content-Length is given twice");
        return;
      case field::transfer_encoding:
        if (++encodings > 1 || !equal_ignoring_case(value, "chunked"))
          refuse(error, 400, "http.transfer_encoding", "the only Transfer-Encoding taken here is chunked");
        return;
      case field::content_type:
        return once(request.content_type, name_text, value, error);
      case field::content_encoding:
        if (!equal_ignoring_case(value, "identity"))
          refuse(error, 415, "http.content_encoding", "a body is taken only as it is, without Content-Encoding");
        return;
      case field::expect:
        if (!equal_ignoring_case(value, "100-continue"))
          return refuse(error, 417, "http.expect", "the only expectation met here is 100-continue");
        request.expects_continue = true;
        return;
      case field::authorization:
        if (++authorizations > 1)
          return refuse(error, 400, "http.duplicate_header", "the header Authorization is given twice");
        if (value.size() > 7 && equal_ignoring_case(value.substr(0, 7), "Bearer ")) {
          value.remove_prefix(7);
          while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
          request.bearer = value;
        }
        return;
      case field::cookie:
        if (request.session.empty()) request.session = cookie(value, "wyvern_session");
        if (const auto login = cookie(value, "wyvern_login"); !login.empty() && carried(Carried::cookie).empty())
          carried(Carried::cookie) = "wyvern_login=" + std::string(login);
        return;
      case field::range:
        return once(carried(Carried::range), name_text, value, error);
      case field::if_range:
        return once(carried(Carried::if_range), name_text, value, error);
      case field::origin:
        return once(request.origin, name_text, value, error);
      case field::access_control_request_method:
        request.preflight = true;
        return;
      case field::accept_encoding:
        return listed(request.accept_encoding, value);
      case field::if_match:
        return listed(carried(Carried::if_match), value);
      case field::if_none_match:
        return listed(carried(Carried::if_none_match), value);
      default:
        return other_header(name_text, value, error);
    }
  }

  void other_header(std::string_view name, std::string_view value, beast::error_code& error) {
    if (equal_ignoring_case(name, "idempotency-key"))
      return once(carried(Carried::idempotency_key), name, value, error);
    if (equal_ignoring_case(name, "last-event-id")) return once(carried(Carried::last_event_id), name, value, error);
    if (equal_ignoring_case(name, "x-requested-with")) return once(request.requested_with, name, value, error);
    if (equal_ignoring_case(name, "x-request-id")) {
      if (is_request_id(value)) carried(Carried::request_id) = value;
    } else if (equal_ignoring_case(name, "traceparent")) {
      request.traceparent = ++traceparents == 1 ? value : std::string_view{};  // two begin a new trace (W3C)
    } else if (equal_ignoring_case(name, "tracestate")) {
      listed(carried(Carried::tracestate), value);
    }
  }

  void once(std::string& to, std::string_view name, std::string_view value, beast::error_code& error) {
    if (!to.empty())
      return refuse(error, 400, "http.duplicate_header", "the header " + std::string(name) + " is given twice");
    to = value;
  }
  static void listed(std::string& to, std::string_view value) {
    if (!to.empty()) to += ", ";
    to += value;
    // The tag of a compressed answer asks for the same as that of the plain one.
    constexpr std::string_view marked = "-gzip\"";
    for (auto at = to.find(marked); at != std::string::npos; at = to.find(marked, at)) to.erase(at, marked.size() - 1);
  }
  std::string& carried(Carried which) { return request.carried[static_cast<std::size_t>(which)]; }

  void headers_complete(beast::error_code& error) {
    if (hosts > 1 || (hosts == 0 && !request.http_1_0))
      return refuse(error, 400, "http.host", "an HTTP/1.1 request has exactly one Host header");
    if (lengths > 0 && encodings > 0)
      return refuse(error, 400, "http.smuggling", "Content-Length and Transfer-Encoding exclude each other");
    if (encodings > 0 && request.http_1_0)
      return refuse(error, 400, "http.transfer_encoding", "HTTP/1.0 knows no Transfer-Encoding");
  }

  Step failed(const beast::error_code& error) {
    if (refused) return Step::failed;
    using Fault = beast::http::error;
    beast::error_code ignored;
    if (error == Fault::header_limit)
      refuse(ignored, 431, "http.headers", "the headers of the request are too large");
    else
      refuse(ignored, 400, "http.malformed", "this is no HTTP/1.1 request: " + error.message());
    return Step::failed;
  }

  std::size_t max_header_bytes = 0;
  std::size_t max_target_bytes = 0;
  Request request;
  Refusal fault;
  bool refused = false;
  bool header_told = false;
  bool discarding = false;
  bool started = false;
  std::size_t headers = 0;
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  int authorizations = 0;
  int traceparents = 0;
  std::size_t body_limit = 0;
  std::size_t received = 0;
  std::optional<Parser> parser;  // Beast's parser serves one message, so it is made anew in place
};

RequestParser::RequestParser(std::size_t max_header_bytes, std::size_t max_target_bytes)
    : state_(std::make_unique<State>()) {
  state_->max_header_bytes = max_header_bytes;
  state_->max_target_bytes = max_target_bytes;
  state_->reset();
}

RequestParser::~RequestParser() = default;

void RequestParser::reset() { state_->reset(); }

RequestParser::Step RequestParser::feed(std::string_view bytes, std::size_t& used) {
  auto& state = *state_;
  auto& parser = *state.parser;
  used = 0;
  if (state.header_told && parser.is_done()) return Step::complete;
  if (!state.started) {  // empty lines before a request are to be overlooked (RFC 9112, 2.2)
    while (bytes.substr(used).starts_with("\r\n")) used += 2;
    if (bytes.substr(used) == "\r") return Step::more;
  }
  if (used == bytes.size()) return Step::more;
  // Beast asserts that it is not shown less than the shortest last chunk, "0\r\n\r\n", once it has seen its first line.
  constexpr std::size_t shortest_last_chunk = 5;
  if (state.header_told && state.request.chunked && bytes.front() == '0' && bytes.size() < shortest_last_chunk)
    return Step::more;
  state.started = true;
  parser.eager(state.header_told);
  beast::error_code error;
  used += parser.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
  if (error && error != beast::http::error::need_more) return state.failed(error);
  if (!state.header_told && parser.is_header_done()) {
    state.header_told = true;
    return Step::header;
  }
  return parser.is_done() ? Step::complete : Step::more;
}

void RequestParser::limit_body(std::size_t bytes) { state_->body_limit = bytes; }
void RequestParser::discard_body() { state_->discarding = true; }
bool RequestParser::started() const { return state_->started; }
Request& RequestParser::request() { return state_->request; }
const Refusal& RequestParser::fault() const { return state_->fault; }

}  // namespace wyvern::http
