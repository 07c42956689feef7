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

Json settings_schema() {
  return Json::parse(R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "workers": {"type": "integer", "minimum": 1, "maximum": 64, "default": 2,
        "description": "Copies into the media cache at the same time."},
      "cache_dir": {"type": "string", "minLength": 1, "x-path": true,
        "description": "The media cache's folder, this process's alone. Default: media-cache in state_dir."},
      "cache_limit_bytes": {"type": "integer", "minimum": 0, "default": 0,
        "description": "The most that the media cache may hold; 0: as much as the disk."},
      "lease_s": {"type": "integer", "minimum": 5, "maximum": 3600, "default": 30,
        "description": "A worker that is silent for so long has lost its job to another."},
      "poll_ms": {"type": "integer", "minimum": 50, "maximum": 60000, "default": 1000,
        "description": "How often workers look for jobs without being woken."}
    }
  })");
}

}  // namespace wyvern::staging
