#include "host/catalogue.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <system_error>

#include "config/nearest.hpp"
#include "host/content_hash.hpp"
#include "host/manifest.hpp"
#include "host/probe_cache.hpp"

namespace wyvern::host {
namespace {

std::vector<std::filesystem::path> libraries_in(const std::filesystem::path& dir, std::vector<std::string>& notes) {
  std::vector<std::filesystem::path> found;
  std::error_code fault;
  std::filesystem::directory_iterator each(dir, fault);
  for (const std::filesystem::directory_iterator end; !fault && each != end; each.increment(fault))
    if (each->path().extension() == ".so") found.push_back(each->path());
  if (fault) notes.push_back("the plugin folder '" + dir.string() + "' cannot be read: " + fault.message());
  std::sort(found.begin(), found.end());
  return found;
}

PluginInfo describe(const std::filesystem::path& path) {
  PluginInfo info;
  info.path = path;
  auto manifest = read_manifest(path);
  if (!manifest) {
    info.id = path.stem().string();
    info.state = PluginState::refused;
    info.reason = manifest.error().message;
    return info;
  }
  info.manifest = std::move(*manifest);
  info.id = info.manifest["id"];
  info.version = info.manifest["version"];
  info.kinds = info.manifest["kinds"].get<std::vector<std::string>>();
  return info;
}

// Hashes only files that are as long as one that was quarantined: a scan reads no whole file otherwise.
void apply_quarantine(PluginInfo& info, const std::map<std::string, Verdict>& quarantined, bool of_any_build) {
  std::error_code none;
  const auto size = std::filesystem::file_size(info.path, none);
  const bool possible = std::any_of(quarantined.begin(), quarantined.end(), [&](const auto& entry) {
    return entry.second.size == size && (of_any_build || entry.second.kernel == kernel_build_id());
  });
  if (!possible) return;
  const auto hash = content_hash(info.path);
  const auto verdict = hash ? quarantined.find(*hash) : quarantined.end();
  if (verdict == quarantined.end()) return;
  info.state = PluginState::quarantined;
  info.reason = verdict->second.reason;
}

std::filesystem::path beside_this_program() {
  std::error_code none;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
  return (program.parent_path().parent_path() / "lib" / "wyvern").lexically_normal();
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read before any thread is started
  return value == nullptr ? std::string() : value;
}

}  // namespace

std::string_view to_string(PluginState state) {
  switch (state) {
    case PluginState::available:
      return "available";
    case PluginState::quarantined:
      return "quarantined";
    default:
      return "refused";
  }
}

Catalogue Catalogue::scan(const std::vector<std::filesystem::path>& dirs, const std::filesystem::path& cache_dir,
                          Verdicts verdicts) {
  Catalogue catalogue;
  const auto quarantined = ProbeCache(cache_dir).quarantined();
  std::map<std::string, std::filesystem::path> taken;
  std::set<std::filesystem::path> seen;
  for (const auto& dir : dirs) {
    for (const auto& path : libraries_in(dir, catalogue.notes_)) {
      std::error_code none;
      if (!seen.insert(std::filesystem::weakly_canonical(path, none)).second) continue;
      auto info = describe(path);
      if (info.state == PluginState::available) {
        const auto [first, is_first] = taken.emplace(info.id, path);
        if (is_first) {
          apply_quarantine(info, quarantined, verdicts == Verdicts::of_any_build);
        } else {
          info.state = PluginState::refused;
          info.reason = "the id '" + info.id + "' is taken by " + first->second.string() + ", which was found first";
          catalogue.notes_.push_back(path.string() + " is not used: " + info.reason);
        }
      }
      catalogue.plugins_.push_back(std::move(info));
    }
  }
  std::stable_sort(catalogue.plugins_.begin(), catalogue.plugins_.end(),
                   [](const PluginInfo& a, const PluginInfo& b) { return a.id < b.id; });
  return catalogue;
}

Result<const PluginInfo*> Catalogue::find(std::string_view id) const {
  const PluginInfo* unusable = nullptr;
  std::vector<std::string> ids;
  for (const auto& plugin : plugins_) {
    if (plugin.state == PluginState::available) ids.push_back(plugin.id);
    if (plugin.id != id) continue;
    if (plugin.state == PluginState::available) return &plugin;
    if (unusable == nullptr) unusable = &plugin;
  }
  if (unusable != nullptr)
    return Error{WYV_INVALID, "plugin." + std::string(to_string(unusable->state)),
                 "the plugin '" + std::string(id) + "' (" + unusable->path.string() + ") is " +
                     std::string(to_string(unusable->state)) + ": " + unusable->reason,
                 "", false};
  const auto suggestion = config::did_you_mean(id, ids);
  return Error{WYV_NOT_FOUND, "plugin.unknown",
               "no plugin '" + std::string(id) + "' is installed" + (suggestion.empty() ? "" : "; " + suggestion), "",
               false};
}

config::SchemaSource Catalogue::schema_source() const {
  config::SchemaSource source;
  for (const auto& plugin : plugins_) {
    if (plugin.state == PluginState::available)
      source.ids.push_back(plugin.id);
    else
      source.refused.emplace(plugin.id, plugin.reason);
  }
  source.manifest = [this](std::string_view id) -> std::optional<Json> {
    const auto found = find(id);
    if (!found) return std::nullopt;
    return (*found)->manifest;
  };
  return source;
}

std::vector<std::filesystem::path> plugin_dirs(const std::vector<std::filesystem::path>& from_command_line,
                                               const std::filesystem::path& config_file) {
  if (!from_command_line.empty()) return from_command_line;
  if (!config_file.empty())
    if (auto named = config::plugin_dirs_in(config_file); !named.empty()) return named;
  return {beside_this_program()};
}

std::filesystem::path default_cache_dir() {
  if (auto named = variable("WYVERN_CACHE_DIR"); !named.empty()) return named;
  if (::geteuid() == 0) return "/var/cache/wyvern";
  if (auto cache = variable("XDG_CACHE_HOME"); !cache.empty()) return std::filesystem::path(cache) / "wyvern";
  if (auto home = variable("HOME"); !home.empty()) return std::filesystem::path(home) / ".cache" / "wyvern";
  return {};
}

}  // namespace wyvern::host
