#include "library/settings.hpp"

namespace wyvern::library {

Settings settings_from(const Json& section) {
  Settings settings;
  settings.probe_timeout = std::chrono::seconds(section.value("probe_timeout_s", 60));
  settings.workers = section.value("workers", settings.workers);
  return settings;
}

}  // namespace wyvern::library
