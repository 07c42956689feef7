// A plugin's shared object, loaded as the host loads it, and one instance of it.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "fake_host.hpp"
#include "wyvern/abi/plugin.h"
#include "wyvern/abi/surface.h"
#include "wyvern/call.hpp"

namespace wyvern::test {

class LoadedPlugin {
 public:
  LoadedPlugin(const std::string& file, FakeHost& host, const Json& config) {
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed, as in production
    if (library == nullptr) throw std::runtime_error(::dlerror());
    plugin_ = reinterpret_cast<wyv_plugin_entry>(::dlsym(library, WYV_PLUGIN_ENTRY))();
    Call call(patience);
    check(call,
          plugin_->create(host.get(), view("surface"), view("api"), view(config.dump()), &instance_, call.context()));
  }
  ~LoadedPlugin() { plugin_->destroy(instance_); }
  LoadedPlugin(const LoadedPlugin&) = delete;
  LoadedPlugin& operator=(const LoadedPlugin&) = delete;

  const wyv_plugin& plugin() const { return *plugin_; }
  Result<void> prepare() { return run(plugin_->prepare); }
  Result<void> start() { return run(plugin_->start); }
  Result<void> drain() { return run(plugin_->drain); }
  Result<void> stop() { return run(plugin_->stop); }

  Json address() {
    const auto* table = static_cast<const wyv_surface_v1*>(plugin_->service(instance_, view(WYV_SURFACE_SERVICE)));
    Call call(patience);
    return Json::parse(call_for_text(call, table->address, instance_).or_throw());
  }
  std::uint16_t port() {
    const auto listen = address().at("listen").get<std::string>();
    return static_cast<std::uint16_t>(std::stoi(listen.substr(listen.rfind(':') + 1)));
  }

 private:
  using Step = wyv_status (*)(wyv_instance*, const wyv_context*);

  static void check(Call& call, wyv_status status) { call.result(status).or_throw(); }
  Result<void> run(Step step) {
    Call call(patience);
    return call.result(step(instance_, call.context()));
  }

  const wyv_plugin* plugin_ = nullptr;
  wyv_instance* instance_ = nullptr;
};

inline std::string plugin_file(const std::string& name) { return WYVERN_BUILD_DIR "/lib/wyvern/" + name + ".so"; }

}  // namespace wyvern::test
