#include "trace/trace.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <random>

namespace wyvern::trace {
namespace {

constexpr std::size_t traceparent_size = 55;  // of version 00: "00-" 32 "-" 16 "-" 2

// Unique, and no secret.
std::uint64_t any_number() {
  thread_local std::mt19937_64 random = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  for (;;) {
    if (const auto number = random(); number != 0) return number;
  }
}

void append_hex(std::string& to, std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) to += digits[(number >> shift) & 15];
}

std::optional<std::uint64_t> hex(std::string_view text) {
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  std::uint64_t number = 0;
  if (!digits || std::from_chars(text.data(), text.data() + text.size(), number, 16).ec != std::errc())
    return std::nullopt;
  return number;
}

// Fills what a traceparent says; false for one that is not sound.
bool parse(std::string_view text, Trace& trace) {
  if (text.size() < traceparent_size || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto version = hex(text.substr(0, 2));
  if (!version || *version == 0xff) return false;
  // A later version may say more, behind another dash.
  if (text.size() > traceparent_size && (*version == 0 || text[traceparent_size] != '-')) return false;
  const auto high = hex(text.substr(3, 16));
  const auto low = hex(text.substr(19, 16));
  const auto parent = hex(text.substr(36, 16));
  const auto flags = hex(text.substr(53, 2));
  if (!high || !low || !parent || !flags || (*high == 0 && *low == 0) || *parent == 0) return false;
  trace.high = *high;
  trace.low = *low;
  trace.sampled = (*flags & 1) != 0;
  return true;
}

}  // namespace

std::string Trace::id() const {
  std::string text;
  append_hex(text, high);
  append_hex(text, low);
  return text;
}

std::string Trace::traceparent() const {
  std::string text = "00-" + id() + "-";
  append_hex(text, span);
  return text + (sampled ? "-01" : "-00");
}

Trace of_call(std::string_view traceparent, std::string_view tracestate, std::string request_id) {
  Trace trace{.request_id = std::move(request_id), .span = any_number()};
  if (!is_request_id(trace.request_id)) {
    trace.request_id.clear();
    append_hex(trace.request_id, any_number());
  }
  if (parse(traceparent, trace)) {
    trace.state = sound_trace_state(tracestate);
  } else {
    trace.high = any_number();
    trace.low = any_number();
  }
  return trace;
}

Trace of_pass(std::string_view what) {
  Trace trace{.request_id = std::string(what) + "-", .high = any_number(), .low = any_number(), .span = any_number()};
  append_hex(trace.request_id, trace.span);
  return trace;
}

bool is_request_id(std::string_view id) {
  constexpr std::size_t longest = 64;
  return !id.empty() && id.size() <= longest && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
           c == '.';
  });
}

}  // namespace wyvern::trace
