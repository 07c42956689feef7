#include "host/log.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <mutex>

#include "trace/scope.hpp"

namespace wyvern::host {
namespace {

constexpr std::size_t queue_size = 8192;                       // lines
constexpr std::size_t message_limit = std::size_t{16} * 1024;  // bytes
constexpr std::array<const char*, 5> level_names = {"trace", "debug", "info", "warning", "error"};

void to_stderr(std::string_view line) {
  std::string whole(line);
  whole += '\n';
  std::size_t done = 0;
  while (done < whole.size()) {
    const auto count = ::write(STDERR_FILENO, whole.data() + done, whole.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    done += static_cast<std::size_t>(count);
  }
}

class LineSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LineSink(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

  std::uint64_t flushes() {
    const std::scoped_lock lock(flushed_mutex_);
    return flushes_;
  }
  void wait_for_flush_after(std::uint64_t count) {
    std::unique_lock lock(flushed_mutex_);
    flushed_.wait_for(lock, std::chrono::seconds(5), [&] { return flushes_ > count; });
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    take_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {
    {
      const std::scoped_lock lock(flushed_mutex_);
      ++flushes_;
    }
    flushed_.notify_all();
  }

 private:
  std::function<void(std::string_view)> take_;
  std::mutex flushed_mutex_;
  std::condition_variable flushed_;
  std::uint64_t flushes_ = 0;
};

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count() % 1'000'000;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm broken{};
  ::gmtime_r(&seconds, &broken);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", broken.tm_year + 1900,
                broken.tm_mon + 1, broken.tm_mday, broken.tm_hour, broken.tm_min, broken.tm_sec,
                static_cast<int>(micros));
  return text.data();
}

const char* level_name(std::int32_t level) {
  return level >= 0 && level < static_cast<std::int32_t>(level_names.size())
             ? level_names[static_cast<std::size_t>(level)]
             : "error";
}

std::int32_t level_of(const std::string& name) {
  for (std::size_t i = 0; i < level_names.size(); ++i)
    if (name == level_names[i]) return static_cast<std::int32_t>(i);
  return WYV_LOG_INFO;
}

template <class AnyJson>
std::string dump(const AnyJson& json) {
  return json.dump(-1, ' ', false, AnyJson::error_handler_t::replace);
}

// For whom a line is written; both empty for nobody.
struct Asker {
  std::string request_id, trace_id;
};

Asker asker(std::string_view request_id) {
  const auto* trace = trace::current();
  if (trace == nullptr || (!request_id.empty() && request_id != trace->request_id))
    return {std::string(request_id), {}};
  return {trace->request_id, trace->id()};
}

std::string as_json_line(const char* level, const LogSource& source, std::string_view message, const Json& fields,
                         const Asker& asker) {
  nlohmann::ordered_json line;
  line["time"] = utc_now();
  line["level"] = level;
  const auto put = [&](const char* key, std::string_view value) {
    if (!value.empty()) line[key] = value;
  };
  put("component", source.component);
  put("plugin", source.plugin);
  put("kind", source.kind);
  put("instance", source.instance);
  line["message"] = message;
  put("request_id", asker.request_id);
  put("trace_id", asker.trace_id);
  if (!fields.is_null() && !fields.empty()) line["fields"] = fields;
  return dump(line);
}

// One line whatever a plugin writes: a newline could fake the line of another.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += ' ';
    else
      out += c;
  }
  return out;
}

std::string as_text_line(const char* level, const LogSource& source, std::string_view message, const Json& fields,
                         const Asker& asker) {
  std::string line = utc_now() + " " + level + " ";
  if (!source.component.empty()) line += source.component + ": ";
  if (!source.plugin.empty()) line += source.kind + " '" + source.instance + "' (" + source.plugin + "): ";
  line += on_one_line(message);
  if (!asker.request_id.empty())
    line += " [" + on_one_line(asker.request_id) + (asker.trace_id.empty() ? "" : " " + asker.trace_id) + "]";
  if (!fields.is_null() && !fields.empty()) line += " " + dump(fields);
  return line;
}

}  // namespace

struct Log::Impl {
  explicit Impl(LogOptions given)
      : options(std::move(given)),
        lowest(level_of(options.level)),
        sink(std::make_shared<LineSink>(options.sink ? options.sink : to_stderr)),
        pool(std::make_shared<spdlog::details::thread_pool>(queue_size, 1)),
        logger(std::make_shared<spdlog::async_logger>("wyvern", sink, pool,
                                                      spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_level(spdlog::level::trace);
  }

  LogOptions options;
  std::int32_t lowest;
  std::shared_ptr<LineSink> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

Log::Log(LogOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Log::~Log() = default;

bool Log::enabled(std::int32_t level) const { return level >= impl_->lowest; }

void Log::write(std::int32_t level, const LogSource& source, std::string_view message, const Json& fields,
                std::string_view request_id) {
  if (!enabled(level)) return;
  message = message.substr(0, message_limit);
  const auto line = impl_->options.format == LogOptions::Format::json
                        ? as_json_line(level_name(level), source, message, fields, asker(request_id))
                        : as_text_line(level_name(level), source, message, fields, asker(request_id));
  impl_->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void Log::flush() {
  const auto before = impl_->sink->flushes();
  impl_->logger->flush();
  impl_->sink->wait_for_flush_after(before);
}

}  // namespace wyvern::host
