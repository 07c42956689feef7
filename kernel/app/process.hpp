// What every role shares: the checked configuration, the installed plugins, the host, and the table of operations.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "host/catalogue.hpp"
#include "host/host.hpp"
#include "operations/table.hpp"

namespace wyvern::app {

// Owner: main. Destroyed after the rooms that use it.
class Process {
 public:
  Process(config::Config config, host::Catalogue catalogue, std::vector<std::filesystem::path> plugin_dirs);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  const config::Config& config() const { return config_; }
  const host::Catalogue& catalogue() const { return catalogue_; }
  const std::vector<std::filesystem::path>& plugin_dirs() const { return plugin_dirs_; }
  host::Host& host() { return *host_; }
  void log(std::string_view component, std::int32_t level, std::string_view message, const nlohmann::json& fields = {});

  // For a table of operations: answers of 500 and above are in the log too.
  operations::Table::Fault say_fault();

  // The table that surfaces carry; set before they are brought up.
  void set_table(operations::Table* table) { table_ = table; }

  // The first instance of a kind in the file; throws Failure when there is none.
  const config::InstanceConfig& first_of(std::string_view kind) const;

 private:
  config::Config config_;
  host::Catalogue catalogue_;
  std::vector<std::filesystem::path> plugin_dirs_;
  operations::Table* table_ = nullptr;
  std::unique_ptr<host::Host> host_;
};

// The roles. Each returns the program's exit code once it was told to end.
int run_controller(Process& process);
int run_playout_worker(Process& process);

// The program's own path.
std::filesystem::path this_program();

}  // namespace wyvern::app
