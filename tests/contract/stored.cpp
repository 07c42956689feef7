#include "stored.hpp"

#include "plugin_host/plugin_instance.hpp"
#include "store/store.hpp"

namespace wyvern::test {
namespace {

void run(const Deployment& wyvern, const std::string& sql) {
  auto settings = Json::parse(read_file(wyvern.folder() / "wyvern.yaml"))["stores"]["main"];
  const PluginLibrary library(settings["plugin"].get<std::string>());
  settings.erase("plugin");
  const auto instance = PluginInstance::create(library, "store", settings).or_throw();
  instance->run();
  const store::Store store(instance->table<wyv_store_v1>(WYV_STORE_SERVICE), instance->raw());
  store.write([&](store::Session& session) { session.run(sql); });
}

}  // namespace

void touch_store(Deployment& wyvern, const std::string& sql) {
  wyvern.stop();
  run(wyvern, sql);
  wyvern.start();
}

}  // namespace wyvern::test
