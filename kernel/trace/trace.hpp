// For whom work is done: the request id and the W3C trace that log lines, errors and calls to workers name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wyvern::trace {

struct Trace {
  std::string request_id;
  std::uint64_t high = 0;  // the trace-id's two halves; not both 0
  std::uint64_t low = 0;
  std::uint64_t span = 0;  // this process's own part of the trace; not 0
  bool sampled = false;
  std::string state = {};  // tracestate, as it came

  std::string id() const;           // 32 lower-case hexadecimal digits
  std::string traceparent() const;  // for whoever is called: version 00, with our span as the parent
};

// A call that came with these headers, by W3C Trace Context level 1. A traceparent that is not sound counts as none,
// and begins a new trace; the tracestate goes with it. `request_id` is made when it is empty or not harmless.
Trace of_call(std::string_view traceparent, std::string_view tracestate, std::string request_id);

// Work that no call asked for, such as a look of the reconciler at a channel: a trace of its own, and a request id that
// begins with `what`.
Trace of_pass(std::string_view what);

// Such as may stand in headers and log lines: 1 to 64 letters, digits, '-', '_' and '.'.
bool is_request_id(std::string_view id);

// The part of a tracestate that is handed on: all of it, or what of its list fits into 512 bytes; nothing of one that
// breaks the grammar.
std::string sound_trace_state(std::string_view header);

}  // namespace wyvern::trace
