// The shared object of a plugin of this build.
#pragma once

#include <string>
#include <string_view>

#include "wyvern/plugin.hpp"

namespace wyvern::test {

class PluginLibrary {
 public:
  // Opens lib/wyvern/<id>.so of the build with every symbol resolved. Throws std::runtime_error.
  explicit PluginLibrary(std::string_view id);
  // Stays loaded: production never unloads a plugin either.
  ~PluginLibrary() = default;
  PluginLibrary(const PluginLibrary&) = delete;
  PluginLibrary& operator=(const PluginLibrary&) = delete;

  const wyv_plugin& plugin() const { return *plugin_; }
  const std::string& path() const { return path_; }
  // The manifest as it was embedded.
  Json manifest() const;

 private:
  std::string path_;
  const wyv_plugin* plugin_;
};

}  // namespace wyvern::test
