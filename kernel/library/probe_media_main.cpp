// The child's half of a probe: loads the engine through its C table, asks it about one file, and prints the answer.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include "library/media_probe.hpp"
#include "wyvern/abi/engine.h"
#include "wyvern/abi/plugin.h"
#include "wyvern/call.hpp"

namespace wyvern::library {
namespace {

void log_line(void*, std::int32_t, wyv_view message, wyv_view, wyv_view fields) {
  std::cerr << text(message) << ' ' << text(fields) << '\n';
}

wyv_status ignore_metric(void*, std::int32_t, wyv_view, wyv_view, double) { return WYV_OK; }

const void* host_table(void*, wyv_view service) {
  static constexpr wyv_host_log_v1 log{sizeof(wyv_host_log_v1), &log_line};
  static constexpr wyv_host_metrics_v1 metrics{sizeof(wyv_host_metrics_v1), &ignore_metric};
  if (text(service) == "wyvern.host.log/1") return &log;
  if (text(service) == "wyvern.host.metrics/1") return &metrics;
  return nullptr;
}

const wyv_host host{sizeof(wyv_host), WYV_ABI_MAJOR, WYV_ABI_MINOR, nullptr, &host_table};

const wyv_plugin& load(const std::string& path) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): this process has one thread yet
    throw Failure(WYV_UNSUPPORTED, "engine.load", "the engine plugin " + path + " cannot be loaded",
                  reason == nullptr ? "" : reason);
  }
  const auto entry = reinterpret_cast<wyv_plugin_entry>(::dlsym(library, WYV_PLUGIN_ENTRY));
  if (entry == nullptr) throw Failure(WYV_UNSUPPORTED, "engine.load", path + " is no plugin: it has no entry");
  const auto* plugin = entry();
  if (plugin == nullptr || plugin->magic != WYV_PLUGIN_MAGIC || plugin->abi_major != WYV_ABI_MAJOR) {
    throw Failure(WYV_UNSUPPORTED, "engine.load", path + " is built for another version of the plugin interface");
  }
  return *plugin;
}

Json probe(const Json& input) {
  const std::chrono::milliseconds timeout(input.at("timeout_ms").get<std::int64_t>());
  const auto& plugin = load(input.at("plugin").get<std::string>());
  const auto settings = input.at("settings").dump();
  const auto name = input.at("name").get<std::string>();
  const auto file = input.at("file").get<std::string>();

  wyv_instance* engine = nullptr;
  Call create(timeout);
  create.result(plugin.create(&host, view("engine"), view(name), view(settings), &engine, create.context())).or_throw();
  Call prepare(timeout);
  prepare.result(plugin.prepare(engine, prepare.context())).or_throw();
  Call start(timeout);
  start.result(plugin.start(engine, start.context())).or_throw();
  const auto* table = static_cast<const wyv_engine_v1*>(plugin.service(engine, view(WYV_ENGINE_SERVICE)));
  if (table == nullptr || !WYV_HAS(table, wyv_engine_v1, probe)) {
    throw Failure(WYV_UNSUPPORTED, "engine.probe",
                  "the engine plugin " + std::string(text(plugin.id)) + " has no probe");
  }
  // A little less than the parent waits: an engine that keeps its deadline says more than a killed child.
  Call call(timeout - std::min(timeout / 10, std::chrono::milliseconds(2'000)));
  return Json::parse(call_for_text(call, table->probe, engine, view(file)).or_throw());
}

Json error_json(const Error& error) {
  return {
      {"error", {{"status", error.status}, {"code", error.code}, {"message", error.message}, {"cause", error.cause}}}};
}

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

int probe_media_main() {
  // A crash is expected here: it leaves no core, does not outlive its parent, and yields to what is on air.
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpriority(PRIO_PROCESS, 0, 10);
  // Libraries that print on standard output do not spoil the answer.
  const int answer = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);

  Json result;
  try {
    const std::string input{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    result = {{"media", probe(Json::parse(input))}};
  } catch (const Failure& failure) {
    result = error_json(failure.error());
  } catch (const Json::exception& fault) {
    result = error_json(
        {WYV_INTERNAL, "media.probe_garbage", "the engine's description cannot be read", fault.what(), false});
  } catch (const std::exception& fault) {
    result = error_json({WYV_INTERNAL, "media.probe_failed", fault.what(), "", false});
  }
  write_all(answer, result.dump(-1, ' ', false, Json::error_handler_t::replace));
  // Without the engine's end: what was found holds, whatever its threads are still doing.
  ::_exit(0);
}

}  // namespace wyvern::library
