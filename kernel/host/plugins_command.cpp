#include "host/plugins_command.hpp"

#include <iomanip>
#include <nlohmann/json.hpp>

#include "host/probe_cache.hpp"

namespace wyvern::host {
namespace {

Json as_json(const PluginInfo& plugin) {
  const auto from_manifest = [&](const char* key, Json fallback) {
    return plugin.manifest.is_object() ? plugin.manifest.value(key, fallback) : fallback;
  };
  return {{"id", plugin.id},
          {"version", plugin.version},
          {"kinds", plugin.kinds},
          {"state", to_string(plugin.state)},
          {"reason", plugin.reason},
          {"path", plugin.path.string()},
          {"summary", from_manifest("summary", "")},
          {"provides", from_manifest("provides", Json::array())},
          {"requires", from_manifest("requires", Json::array())},
          {"schema", from_manifest("schema", nullptr)},
          {"output_schema", from_manifest("output_schema", nullptr)},
          {"operations", from_manifest("operations", Json::array())},
          {"metrics", from_manifest("metrics", Json::array())},
          {"abi", from_manifest("abi", nullptr)},
          {"build", from_manifest("build", nullptr)}};
}

void as_text(const PluginInfo& plugin, std::ostream& out) {
  std::string kinds;
  for (const auto& kind : plugin.kinds) kinds += (kinds.empty() ? "" : ",") + kind;
  out << std::left << std::setw(20) << plugin.id << " " << std::setw(9) << plugin.version << " " << std::setw(9)
      << kinds << " " << std::setw(12) << to_string(plugin.state)
      << (plugin.reason.empty() ? plugin.path.string() : plugin.path.string() + ": " + plugin.reason) << "\n";
}

}  // namespace

int plugins_command(const PluginsOptions& options, std::ostream& out) {
  Json cleared = nullptr;
  if (options.retry) {
    const auto count = ProbeCache(options.cache_dir).clear_quarantine();
    if (!count) {
      out << "wyvern plugins: " << count.error().message << "\n";
      return 1;
    }
    cleared = *count;
  }
  const auto catalogue =
      Catalogue::scan(plugin_dirs(options.plugin_dirs), options.cache_dir, Catalogue::Verdicts::of_any_build);
  if (options.json) {
    Json plugins = Json::array();
    for (const auto& plugin : catalogue.plugins()) plugins.push_back(as_json(plugin));
    const Json report{{"plugins", std::move(plugins)}, {"notes", catalogue.notes()}, {"cleared", cleared}};
    out << report.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return 0;
  }
  if (options.retry) out << "cleared " << cleared << " from quarantine\n";
  for (const auto& plugin : catalogue.plugins()) as_text(plugin, out);
  for (const auto& note : catalogue.notes()) out << "note: " << note << "\n";
  return 0;
}

}  // namespace wyvern::host
