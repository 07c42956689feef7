#include "opened_store.hpp"

#include <algorithm>
#include <utility>

#include "config/config.hpp"
#include "store/others.hpp"

namespace wyvern::cli {

OpenedStore::OpenedStore(const std::filesystem::path& config, const std::vector<std::filesystem::path>& plugin_dirs)
    : catalogue_(host::Catalogue::scan(host::plugin_dirs(plugin_dirs, config), host::default_cache_dir())) {
  auto loaded = config::load(config, catalogue_.schema_source());
  if (!loaded.config) throw Failure(WYV_INVALID, "config.faults", config::as_text(loaded.diagnostics));
  const auto& instances = loaded.config->instances;
  const auto main =
      std::find_if(instances.begin(), instances.end(), [](const auto& one) { return one.kind == "store"; });
  if (main == instances.end()) throw Failure(WYV_NOT_FOUND, "config.no_instance", config.string() + " names no store");
  host::HostOptions options;
  options.log.level = "warning";
  options.log.format = host::LogOptions::Format::text;
  host_ = std::make_unique<host::Host>(catalogue_, host::Services{}, std::move(options));
  host_->bring_up({*main}).or_throw();
  const auto service =
      host_->service<wyv_store_v1>("store", main->name, WYV_STORE_SERVICE, store::first_store_table_bytes).or_throw();
  store_ = std::make_unique<store::Store>(service.table, service.instance);
}

}  // namespace wyvern::cli
