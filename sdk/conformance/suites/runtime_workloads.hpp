// A runtime under test, and the workloads that its checks start: shells that say what they see and end by themselves.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kit/lifecycle.hpp"
#include "wyvern/abi/runtime.h"

namespace wyvern::conformance {

// What a listener was told.
class Told {
 public:
  const wyv_workload_listener* listener() const { return &listener_; }
  // The end that was first told of that workload, before which other changes may be; null when none was for so long.
  Json await_end(const std::string& handle, std::chrono::milliseconds patience = std::chrono::seconds(10));
  // How often its end was told.
  int ends_of(const std::string& handle) const;

 private:
  static void changed(void* self, wyv_view workload);

  mutable std::mutex mutex_;
  std::condition_variable news_;
  std::vector<Json> workloads_;
  const wyv_workload_listener listener_{this, &changed};
};

struct Answer {
  Outcome outcome;
  std::string text;
  Json json() const { return Json::parse(text, nullptr, false); }
};

// The table of one instance, and what came of each call.
class RuntimeCalls {
 public:
  RuntimeCalls() = default;
  explicit RuntimeCalls(const Instance& instance)
      : raw_(instance.raw()), table_(instance.table<wyv_runtime_v1>(WYV_RUNTIME_SERVICE)) {}
  const wyv_runtime_v1* table() const { return table_; }
  bool whole() const;

  Answer start_text(std::string_view spec, Terms terms = {}) const;
  Answer start(const Json& spec, Terms terms = {}) const { return start_text(spec.dump(), terms); }
  Outcome stop(std::string_view handle, std::uint32_t grace_ms = 0, Terms terms = {}) const;
  Outcome remove(std::string_view handle) const;
  Answer list(std::string_view labels = "{}") const;
  Answer logs(std::string_view handle, std::uint64_t tail_bytes = 1U << 20U) const;
  Outcome listen(const wyv_workload_listener* listener) const;

  // As `list` of all has it; null when it is not there.
  Json find(std::string_view handle) const;
  std::vector<std::string> handles(const Json& labels) const;
  // Looks until the workload's log satisfies, or for a while; the log. The table tells nobody of new lines.
  std::string await_log(std::string_view handle, const std::function<bool(const std::string&)>& enough) const;
  // The same, until there is such a text in it.
  std::string await_log(std::string_view handle, std::string_view text) const;
  // Looks until the list has it as ended, or for a while; as the list has it then.
  Json await_end(std::string_view handle) const;

 private:
  wyv_instance* raw_ = nullptr;
  const wyv_runtime_v1* table_ = nullptr;
};

class RuntimeTable : public Lifecycle {
 protected:
  void SetUp() override;
  // Stops and removes all that has this check's name.
  void TearDown() override;

  // With labels of this check's own.
  Json spec(const std::string& id, std::vector<std::string> argv) const;
  Json shell(const std::string& id, const std::string& script) const { return spec(id, {"/bin/sh", "-c", script}); }
  // What a script does for a while, in which it hears a signal soon. It ends by itself.
  static constexpr const char* lingers = "i=0; while [ $i -lt 200 ]; do sleep 0.1; i=$((i+1)); done";

  RuntimeCalls calls;   // of the instance that runs
  Instance next{host};  // not created, but by `restart`
  std::string name;     // of this check, in the label wyvern.kind of all that it starts
};

class Runtime : public RuntimeTable {
 protected:
  void SetUp() override;
  // Starts it; its handle, which is never empty.
  std::string begin(const Json& spec);
  std::string begin(const std::string& id, const std::string& script) { return begin(shell(id, script)); }
  // What it prints, with which it does not end.
  std::string printed_by(Json spec);
  // Ends the life of `instance` and begins that of another, as a controller does that is started again.
  void restart();
};

}  // namespace wyvern::conformance
