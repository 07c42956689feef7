#include "config/config.hpp"

namespace wyvern::config {

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"store", "stores"},     {"storage", "storages"}, {"runtime", "runtimes"}, {"output", "outputs"},
      {"capture", "captures"}, {"engine", "engines"},   {"surface", "surfaces"},
  };
  return all;
}

}  // namespace wyvern::config
