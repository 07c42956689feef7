// An instance of a plugin, its lifecycle through the C table, and the lines that it logged.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "plugin_host/plugin_library.hpp"
#include "wyvern/call.hpp"

namespace wyvern::test {

inline constexpr std::chrono::seconds kPatience{20};

struct LogLine {
  std::int32_t level;
  std::string message;
  Json fields;
};

// What a plugin sees of a host: a log that remembers.
class RememberingHost {
 public:
  RememberingHost();
  RememberingHost(const RememberingHost&) = delete;
  RememberingHost& operator=(const RememberingHost&) = delete;

  const wyv_host* table() const { return &host_; }
  std::vector<LogLine> log() const;

 private:
  static const void* query(void* self, wyv_view service);
  static void write(void* self, std::int32_t level, wyv_view message, wyv_view correlation, wyv_view fields);

  wyv_host host_;
  mutable std::mutex mutex_;
  std::vector<LogLine> lines_;
};

// Destroyed with its destructor, whatever state it is in.
class PluginInstance {
 public:
  // The result says why an instance could not be made.
  static Result<std::unique_ptr<PluginInstance>> create(const PluginLibrary& library, std::string_view kind,
                                                        const Json& config);
  ~PluginInstance();
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  Result<void> prepare(std::chrono::nanoseconds timeout = kPatience);
  Result<void> start(std::chrono::nanoseconds timeout = kPatience);
  Result<void> drain(std::chrono::nanoseconds timeout = kPatience);
  Result<void> stop(std::chrono::nanoseconds timeout = kPatience);
  // Prepares and starts; throws Failure.
  void run();

  wyv_instance* raw() const { return raw_; }
  std::vector<LogLine> log() const { return host_.log(); }

  // The service table, or null.
  template <class Table>
  const Table* table(std::string_view name) const {
    return static_cast<const Table*>(plugin_.service(raw_, view(name)));
  }

 private:
  explicit PluginInstance(const wyv_plugin& plugin) : plugin_(plugin) {}

  const wyv_plugin& plugin_;
  RememberingHost host_;
  wyv_instance* raw_ = nullptr;
};

}  // namespace wyvern::test
