// The host: loads plugins, makes their instances, leads them through their lifecycle, and hands out their services.
//
//   Host host(catalogue, {.query = my_tables, .context = &app});
//   host.bring_up(config.instances, progress, host::without_surfaces).or_throw();
//   auto store = host.service<wyv_store_v1>("store", "main", "wyvern.store/1").or_throw();
//   … register operations …
//   host.bring_up(config.instances, progress, host::only_surfaces).or_throw();
//   …
//   host.bring_down(30s);
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "host/catalogue.hpp"
#include "host/log.hpp"
#include "host/metrics.hpp"
#include "host/probe.hpp"
#include "wyvern/abi/plugin.h"
#include "wyvern/result.hpp"

namespace wyvern::host {

// Host tables beyond those of this room (log, metrics): by name, or null. Asked from any thread.
struct Services {
  std::function<const void*(std::string_view service)> query;
  void* context = nullptr;
};

// Who stands behind the `self` that a host table's function receives.
struct HostContext {
  void* context;  // Services::context
  std::string_view plugin, kind, instance;
};
HostContext context_of(void* self);

// How long each call of the lifecycle may take. A call that overruns is logged and reported as failed; it gets `grace`
// to come back late. If it does not, its thread and its instance are abandoned: nothing short of ending the process
// frees them.
struct Deadlines {
  std::chrono::milliseconds create = std::chrono::seconds(10);
  std::chrono::milliseconds prepare = std::chrono::seconds(30);
  std::chrono::milliseconds start = std::chrono::seconds(30);
  std::chrono::milliseconds drain = std::chrono::seconds(10);
  std::chrono::milliseconds stop = std::chrono::seconds(10);
  std::chrono::milliseconds grace = std::chrono::seconds(2);
};

struct HostOptions {
  ProbeOptions probe;
  LogOptions log;
  Deadlines deadlines;
};

// A table and the instance to hand to its functions. Valid until bring_down.
// Functions that the plugin's table has not, being older or optional, are null.
template <class Table>
struct Service {
  const Table* table = nullptr;
  wyv_instance* instance = nullptr;
};

struct InstanceStatus {
  std::string kind, name, plugin, version;
  std::string state;   // "created", "prepared", "started", "draining", "stopped", "failed", "stuck"
  std::string reason;  // for "failed" and "stuck"
};

using Progress = std::function<void(const config::InstanceConfig& instance, std::string_view step)>;
using Filter = std::function<bool(const config::InstanceConfig& instance)>;
inline bool without_surfaces(const config::InstanceConfig& instance) { return instance.kind != "surface"; }
inline bool only_surfaces(const config::InstanceConfig& instance) { return instance.kind == "surface"; }

// bring_up and bring_down are called by one thread; everything else by any.
class Host {
 public:
  // The catalogue must outlive the host.
  Host(const Catalogue& catalogue, Services services, HostOptions options = {});
  // Brings down what is still up. An instance that is stuck keeps what it may still touch alive.
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Probes, loads, creates, prepares and starts the instances that pass the filter, kind by kind: store, storage,
  // runtime, output, capture, engine, surface. May be called again for further ones. When one fails, those that this
  // call started are stopped in reverse, and the error names the instance and its plugin. `progress` hears "probe",
  // "create", "prepare", "start" and "started".
  Result<void> bring_up(const std::vector<config::InstanceConfig>& instances, const Progress& progress = {},
                        const Filter& filter = {});
  // Drains, stops and destroys each instance, the last started first. Goes on past failures and returns the first.
  // Idempotent. `deadline` is for all together; each call gets no more than is left of it.
  Result<void> bring_down(std::chrono::milliseconds deadline);

  // A service of a started instance. `minimum_size` is the size of the table's first published form: a smaller one is
  // refused. An instance of an unknown name gets an error that lists those there are.
  template <class Table>
  Result<Service<Table>> service(std::string_view kind, std::string_view name, std::string_view service_name,
                                 std::size_t minimum_size = sizeof(Table)) {
    auto found = find_service(kind, name, service_name, sizeof(Table), minimum_size);
    if (!found) return std::move(found).error();
    return Service<Table>{static_cast<const Table*>(found->table), found->instance};
  }
  // Names of the started instances of a kind, in the order of the file.
  std::vector<std::string> names(std::string_view kind) const;
  std::vector<InstanceStatus> instances() const;
  // True when an instance did not come back from a call: only ending the process frees it.
  bool stuck() const;

  Log& log();
  Metrics& metrics();

 private:
  struct RawService {
    const void* table;
    wyv_instance* instance;
  };
  Result<RawService> find_service(std::string_view kind, std::string_view name, std::string_view service_name,
                                  std::size_t size, std::size_t minimum_size);
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace wyvern::host
