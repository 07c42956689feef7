// Structured log lines to stderr: what is said, by whom, about which request.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "wyvern/abi/host.h"

namespace wyvern::host {

using Json = nlohmann::json;

struct LogOptions {
  enum class Format { json, text };
  Format format = Format::json;
  std::string level = "info";  // "trace", "debug", "info", "warning", "error"
  // A plugin instance may write `burst` lines at once and `lines_per_second` for long; what is over is counted.
  double lines_per_second = 100;
  double burst = 500;
  // Takes each finished line, without its newline, instead of stderr; called by one thread at a time. For tests.
  std::function<void(std::string_view)> sink;
};

// Who writes. For a room of the kernel, `component` alone.
struct LogSource {
  std::string component;  // "playout"; empty for plugins
  std::string plugin, kind, instance;
};

// Any thread. Lines go through a queue to one writing thread; when the queue is full the oldest are dropped, so that a
// caller never waits for a slow terminal.
class Log {
 public:
  explicit Log(LogOptions options = {});
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // `level` is one of WYV_LOG_*. `fields` is an object or null. The line names the request and the trace that the
  // thread works for (trace/scope.hpp); `request_id` is for who writes about another.
  void write(std::int32_t level, const LogSource& source, std::string_view message, const Json& fields = {},
             std::string_view request_id = {});
  bool enabled(std::int32_t level) const;
  // Returns when what was written so far is out.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wyvern::host
