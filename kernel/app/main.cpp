// wyvernd: one program for every role; the configuration decides which.
#include <sodium.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string_view>

#include "app/process.hpp"
#include "app/signals.hpp"
#include "app/version.hpp"
#include "host/probe.hpp"
#include "library/media_probe.hpp"

namespace {

using namespace wyvern;

int run(const std::filesystem::path& file, const std::vector<std::filesystem::path>& dirs, bool print_config) {
  auto plugin_dirs = host::plugin_dirs(dirs, file);
  auto catalogue = host::Catalogue::scan(plugin_dirs, host::default_cache_dir());
  auto loaded = config::load(file, catalogue.schema_source());
  if (!loaded.diagnostics.empty()) std::cerr << config::as_text(loaded.diagnostics);
  for (const auto& note : catalogue.notes()) std::cerr << "wyvernd: " << note << '\n';
  if (!loaded.config) return 1;
  if (print_config) {
    std::cout << config::redacted(*loaded.config);
    return 0;
  }
  const auto roles = loaded.config->roles;
  const auto has = [&](std::string_view role) { return std::find(roles.begin(), roles.end(), role) != roles.end(); };
  app::Process process(std::move(*loaded.config), std::move(catalogue), std::move(plugin_dirs));
  try {
    if (has("playout-worker")) return app::run_playout_worker(process);
    if (has("controller")) return app::run_controller(process);
    process.log("app", WYV_LOG_ERROR,
                "none of the roles in " + file.string() + " is one that this release runs: controller, playout-worker");
    return 1;
  } catch (const std::exception& fault) {
    // Who started a worker reads the code: some faults of a start have a remedy of his own.
    const auto* failure = dynamic_cast<const Failure*>(&fault);
    process.log("app", WYV_LOG_ERROR, fault.what(),
                failure != nullptr ? nlohmann::json{{"code", failure->error().code}} : nlohmann::json());
    process.host().log().flush();
    (void)process.host().bring_down(std::chrono::seconds(10));
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  // Children of the program itself, which must not start as a service would.
  if (argc == 3 && std::string_view(argv[1]) == "--probe-plugin") return wyvern::host::probe_main(argv[2]);
  if (argc == 2 && std::string_view(argv[1]) == "--probe-media") return wyvern::library::probe_media_main();

  CLI::App app{"wyvernd: media orchestration made of plugins"};
  app.set_version_flag("--version", wyvern::app::version_text);
  std::filesystem::path file;
  std::vector<std::filesystem::path> plugin_dirs;
  bool print_config = false;
  app.add_option("--config", file, "The configuration file")->required();
  app.add_option("--plugins", plugin_dirs, "A folder of plugins; may be given several times");
  app.add_flag("--print-config", print_config, "Prints the effective configuration without secrets, and ends");
  CLI11_PARSE(app, argc, argv);

  wyvern::app::hold_signals();
  if (sodium_init() < 0) {
    std::cerr << "wyvernd: libsodium cannot be initialised\n";
    return 1;
  }
  try {
    return run(file, plugin_dirs, print_config);
  } catch (const std::exception& fault) {
    std::cerr << "wyvernd: " << fault.what() << '\n';
    return 1;
  }
}
