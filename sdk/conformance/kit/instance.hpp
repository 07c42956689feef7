// One instance of the plugin under test, called in any order, and what each call did.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "kit/checking_host.hpp"
#include "kit/given.hpp"
#include "wyvern/abi/plugin.h"
#include "wyvern/result.hpp"

namespace wyvern::conformance {

// Under which terms a call is made.
struct Terms {
  std::chrono::nanoseconds timeout = std::chrono::seconds(10);
  bool cancelled = false;                                                      // from the beginning
  std::chrono::nanoseconds cancelled_after = std::chrono::nanoseconds::max();  // while it is under way
};

struct Outcome {
  wyv_status status = WYV_OK;
  std::vector<Error> reports;  // should be one for a failure, none for a success
  bool reported_elsewhere = false;
  std::chrono::nanoseconds took{};

  bool ok() const { return status == WYV_OK; }
};

// How a check prints an outcome: "WYV_INVALID output.url: the url is empty".
std::string to_string(const Outcome& outcome);
const char* status_name(wyv_status status);

// The context of one call, which remembers what the callee reports.
class RecordedCall {
 public:
  explicit RecordedCall(Terms terms = {});
  RecordedCall(const RecordedCall&) = delete;
  RecordedCall& operator=(const RecordedCall&) = delete;

  const wyv_context* context() const { return &context_; }
  Outcome finish(wyv_status status);

 private:
  static void report(void* self, const wyv_error* error);
  static std::int32_t is_cancelled(void* self);

  const Terms terms_;
  const pid_t thread_;
  const std::chrono::steady_clock::time_point begun_;
  Outcome outcome_;
  wyv_context context_;
};

// Loads the library of the plugin under test and calls its entry; throws std::runtime_error with the linker's reason.
const wyv_plugin& plugin();

// Not destroyed with this object: a plugin that fails at that would spoil checks of other things, and the process ends
// with its check anyway.
class Instance {
 public:
  // Not created yet.
  explicit Instance(CheckingHost& host, std::string name = "main") : host_(host), name_(std::move(name)) {}
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // With the given configuration and kind, or with others.
  Outcome create(Terms terms = {});
  Outcome create_as(std::string_view kind, std::string_view config_json, Terms terms = {});
  Outcome prepare(Terms terms = {});
  Outcome start(Terms terms = {});
  Outcome drain(Terms terms = {});
  Outcome stop(Terms terms = {});
  void destroy();

  wyv_instance* raw() const { return raw_; }
  const void* service(std::string_view name) const;
  // The table of the kind under test, or null.
  template <class Table>
  const Table* table(std::string_view name) const {
    return static_cast<const Table*>(service(name));
  }

 private:
  template <class Function, class... Arguments>
  Outcome call(Terms terms, Function function, Arguments... arguments);

  CheckingHost& host_;
  const std::string name_;
  wyv_instance* raw_ = nullptr;
};

}  // namespace wyvern::conformance
