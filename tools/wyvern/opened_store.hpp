// The store of a configuration, brought up in this process as wyvernd would do it.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "host/catalogue.hpp"
#include "host/host.hpp"
#include "store/store.hpp"

namespace wyvern::cli {

class OpenedStore {
 public:
  // Throws Failure: the configuration's faults, or why the store cannot be opened.
  OpenedStore(const std::filesystem::path& config, const std::vector<std::filesystem::path>& plugin_dirs);

  const store::Store& store() const { return *store_; }

 private:
  host::Catalogue catalogue_;
  std::unique_ptr<host::Host> host_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace wyvern::cli
