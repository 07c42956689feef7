#include "library/settings.hpp"

namespace wyvern::library {

Settings settings_from(const Json& section) {
  Settings settings;
  settings.probe_timeout = std::chrono::seconds(section.value("probe_timeout_s", 60));
  settings.workers = section.value("workers", settings.workers);
  return settings;
}

Json settings_schema() {
  return Json::parse(R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "probe_timeout_s": {"type": "integer", "minimum": 1, "maximum": 3600, "default": 60,
        "description": "A probe that takes longer is killed, and its asset is in error."},
      "workers": {"type": "integer", "minimum": 1, "maximum": 64, "default": 2,
        "description": "Probes at the same time."}
    }
  })");
}

}  // namespace wyvern::library
