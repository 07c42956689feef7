#include "host/lint_command.hpp"

#include "config/config.hpp"
#include "host/catalogue.hpp"

namespace wyvern::host {

int lint_command(const LintOptions& options, std::ostream& out) {
  if (options.file.empty()) {
    out << "wyvern lint: name the file to check\n";
    return 2;
  }
  const auto catalogue = Catalogue::scan(plugin_dirs(options.plugin_dirs, options.file), default_cache_dir(),
                                         Catalogue::Verdicts::of_any_build);
  auto loaded = config::load(options.file, catalogue.schema_source());
  for (const auto& note : catalogue.notes())
    loaded.diagnostics.push_back(
        {{options.file.string(), 0, 0}, config::Severity::warning, "config.plugins", "", note, ""});
  if (options.json)
    out << config::as_json(loaded.diagnostics).dump(2, ' ', false, config::Json::error_handler_t::replace) << "\n";
  else if (loaded.diagnostics.empty())
    out << options.file.string() << ": no faults\n";
  else
    out << config::as_text(loaded.diagnostics);
  return config::has_errors(loaded.diagnostics) ? 1 : 0;
}

}  // namespace wyvern::host
