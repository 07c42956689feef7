// One instance and what the host knows of it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/host.hpp"
#include "host/plugin_side.hpp"
#include "wyvern/abi/plugin.h"

namespace wyvern::host {

// The lifecycle is led by one thread; `state`, `reason` and `tables` are read by others under the host's lock.
class Running : public std::enable_shared_from_this<Running> {
 public:
  enum class State { created, prepared, started, draining, stopped, failed, stuck };

  Running(config::InstanceConfig config, const PluginInfo& info, const wyv_plugin* plugin,
          std::unique_ptr<PluginSide> side, Log& log)
      : config_(std::move(config)), version_(info.version), plugin_(plugin), side_(std::move(side)), log_(log) {}
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  const config::InstanceConfig& config() const { return config_; }
  const std::string& version() const { return version_; }
  wyv_instance* instance() const { return instance_; }
  const wyv_plugin* plugin() const { return plugin_; }
  bool is_stuck() const { return stuck_; }
  std::string title() const;  // "the output 'srt' (plugin output-srt)"

  // Each is one call into the plugin, watched. `keep` is held by the call for as long as it is under way.
  Result<void> create(const Deadlines& deadlines, const std::shared_ptr<void>& keep);
  Result<void> prepare(const Deadlines& deadlines, const std::shared_ptr<void>& keep);
  Result<void> start(const Deadlines& deadlines, const std::shared_ptr<void>& keep);
  Result<void> drain(const Deadlines& deadlines, const std::shared_ptr<void>& keep);
  Result<void> stop(const Deadlines& deadlines, const std::shared_ptr<void>& keep);
  Result<void> destroy(const Deadlines& deadlines, const std::shared_ptr<void>& keep);

  State state = State::created;
  std::string reason;
  // Copies of the plugin's tables, as long as the host's own, by service and size: what a table has not is null.
  std::map<std::pair<std::string, std::size_t>, std::vector<std::max_align_t>> tables;

 private:
  Result<void> call(const char* name, std::chrono::milliseconds deadline, std::chrono::milliseconds grace,
                    const std::shared_ptr<void>& keep, std::function<wyv_status(const wyv_context*)> body);

  const config::InstanceConfig config_;
  const std::string version_;
  const wyv_plugin* plugin_;
  std::unique_ptr<PluginSide> side_;
  Log& log_;
  wyv_instance* instance_ = nullptr;
  bool stuck_ = false;
};

std::string_view to_string(Running::State state);

}  // namespace wyvern::host
