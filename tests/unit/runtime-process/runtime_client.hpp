// A runtime as its callers use it, through the C table, and the workloads that its tests start.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "plugin_host/plugin_instance.hpp"
#include "plugin_host/scratch_folder.hpp"
#include "wyvern/abi/runtime.h"

namespace wyvern::test {

const PluginLibrary& runtime_plugin();
// Created, not prepared. `more` is added to the configuration.
std::unique_ptr<PluginInstance> runtime_instance(const std::string& state_dir, const Json& more = Json::object());

// What a listener was told.
class Changes {
 public:
  const wyv_workload_listener* listener() const { return &listener_; }
  // The first change of that workload, or null after a while.
  Json await(const std::string& handle);
  std::size_t count() const;

 private:
  static void changed(void* self, wyv_view workload);

  mutable std::mutex mutex_;
  std::condition_variable told_;
  std::vector<Json> workloads_;
  wyv_workload_listener listener_{this, &changed};
};

class RuntimeClient {
 public:
  explicit RuntimeClient(const PluginInstance& instance)
      : table_(instance.table<wyv_runtime_v1>(WYV_RUNTIME_SERVICE)), raw_(instance.raw()) {}

  Result<Json> start(const Json& spec, std::chrono::nanoseconds timeout = kPatience);
  Result<void> stop(const std::string& handle, std::uint32_t grace_ms = 5000,
                    std::chrono::nanoseconds timeout = kPatience);
  Result<void> remove(const std::string& handle);
  Result<Json> list(const Json& labels = Json::object());
  Result<std::string> logs(const std::string& handle, std::uint64_t tail_bytes = 1U << 20U);
  Result<void> listen(const wyv_workload_listener* listener);

 private:
  const wyv_runtime_v1* table_;
  wyv_instance* raw_;
};

// A workload of the shell, with labels of its own for each `id`.
Json shell(const std::string& id, const std::string& script);

// Through which a workload tells that it has come to a place: `echo text > "$pipe"`.
class NamedPipe {
 public:
  explicit NamedPipe(std::string path);
  ~NamedPipe();
  const std::string& path() const { return path_; }
  // A line that was written, without its end; throws after a while.
  std::string line();

 private:
  std::string path_;
  int end_;
  std::string read_;
};

// A started runtime on a folder of its own; what it still runs ends with it.
class ProcessRuntimeTest : public testing::Test {
 protected:
  ProcessRuntimeTest();
  ~ProcessRuntimeTest() override;

  std::string state_dir() const { return folder_ / "state"; }
  std::size_t folders_of_workloads() const;
  // Runs to its end; the change that the listener was told.
  Json run(const Json& spec);

  ScratchFolder folder_;
  Changes changes_;
  NamedPipe pipe_;
  std::unique_ptr<PluginInstance> instance_;
  std::unique_ptr<RuntimeClient> runtime_;
};

// True while the process runs; a zombie does not.
bool runs(pid_t pid);

template <class T>
Error error_of(const Result<T>& result) {
  if (!result.ok()) return result.error();
  ADD_FAILURE() << "this should have failed";
  return {WYV_OK, "", "", "", false};
}

}  // namespace wyvern::test
