#include "staging/settings.hpp"

namespace wyvern::staging {

Settings settings_from(const Json& section, const std::filesystem::path& state_dir) {
  Settings settings;
  settings.workers = section.value("workers", settings.workers);
  const auto folder = section.value("cache_dir", std::string());
  settings.cache_dir = folder.empty() ? state_dir / "media-cache" : std::filesystem::path(folder);
  settings.cache_limit_bytes = section.value("cache_limit_bytes", settings.cache_limit_bytes);
  settings.lease = std::chrono::seconds(section.value("lease_s", 30));
  settings.poll = std::chrono::milliseconds(section.value("poll_ms", 1'000));
  return settings;
}

}  // namespace wyvern::staging
