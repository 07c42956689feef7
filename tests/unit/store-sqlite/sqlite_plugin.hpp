// The plugin under test, and stores of it.
#pragma once

#include <memory>
#include <string>

#include "plugin_host/scratch_folder.hpp"
#include "store_suite/store_suite.hpp"

namespace wyvern::test {

inline const PluginLibrary& sqlite_plugin() {
  static const PluginLibrary library("store-sqlite");
  return library;
}

// Created, not prepared.
inline std::unique_ptr<PluginInstance> sqlite_instance(const std::string& path, int read_sessions = 2) {
  return PluginInstance::create(sqlite_plugin(), "store", {{"path", path}, {"read_sessions", read_sessions}})
      .or_throw();
}

// Started, in a folder of its own.
class SqliteUnderTest final : public StoreUnderTest {
 public:
  SqliteUnderTest() : instance_(sqlite_instance(folder_ / "state.db")) { instance_->run(); }
  PluginInstance& instance() override { return *instance_; }
  const ScratchFolder& folder() const { return folder_; }

 private:
  ScratchFolder folder_;
  std::unique_ptr<PluginInstance> instance_;
};

}  // namespace wyvern::test
