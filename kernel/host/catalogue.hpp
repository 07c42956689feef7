// The plugins that are installed, known from their manifests alone.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "wyvern/result.hpp"

namespace wyvern::host {

using Json = nlohmann::json;

enum class PluginState {
  available,
  quarantined,  // crashed or hung in its probe
  refused       // cannot be loaded by this kernel, or is a second one of the same id
};
std::string_view to_string(PluginState state);

struct PluginInfo {
  std::string id;  // the file's stem when the manifest could not be read
  std::string version;
  std::vector<std::string> kinds;
  Json manifest;  // null when it could not be read
  std::filesystem::path path;
  PluginState state = PluginState::available;
  std::string reason;  // for any state but available
};

// Immutable after the scan, but for what `retry` of the probe cache changes on disk: scan again then.
class Catalogue {
 public:
  // Which verdicts of earlier probes hold: those of this kernel's build, or, for listing, those of any.
  enum class Verdicts { of_this_build, of_any_build };

  // Reads every *.so of the folders, in order; the first of an id wins, the others are refused with the reason. A
  // folder that is absent or unreadable is a note. `cache_dir` holds the verdicts of probes; empty for none.
  static Catalogue scan(const std::vector<std::filesystem::path>& dirs, const std::filesystem::path& cache_dir = {},
                        Verdicts verdicts = Verdicts::of_this_build);

  // By id, then by path; refused and quarantined ones too.
  const std::vector<PluginInfo>& plugins() const { return plugins_; }
  // What the scan itself wants to say: folders that could not be read, ids that are there twice.
  const std::vector<std::string>& notes() const { return notes_; }
  // The one usable plugin of that id; else why there is none, with a suggestion. Valid as long as the catalogue.
  Result<const PluginInfo*> find(std::string_view id) const;
  // For config::load. Refers to this catalogue, which must outlive it.
  config::SchemaSource schema_source() const;

 private:
  std::vector<PluginInfo> plugins_;
  std::vector<std::string> notes_;
};

// Where wyvernd and the CLI look for plugins: the folders of the command line, else those that the configuration file
// names, else ../lib/wyvern beside the running binary.
std::vector<std::filesystem::path> plugin_dirs(const std::vector<std::filesystem::path>& from_command_line,
                                               const std::filesystem::path& config_file = {});

// Where verdicts of probes are kept: $WYVERN_CACHE_DIR, else /var/cache/wyvern for root, else $XDG_CACHE_HOME/wyvern
// or ~/.cache/wyvern. The same for wyvernd and the CLI of one user, so that the CLI can show and clear them.
std::filesystem::path default_cache_dir();

}  // namespace wyvern::host
