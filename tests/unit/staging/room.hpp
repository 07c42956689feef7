// The staging room as the program puts it together, over a real store, in a folder of the test's own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/log.hpp"
#include "plugin_host/plugin_instance.hpp"
#include "plugin_host/scratch_folder.hpp"
#include "staging/job_table.hpp"
#include "staging/staging.hpp"
#include "store/store.hpp"

namespace wyvern::test {

// A store-sqlite in `folder`, migrated, and what happened in it.
class Database {
 public:
  explicit Database(const std::filesystem::path& folder);

  store::Store store;
  events::Log log;

  // Looks again after every event until `true_now` says so, at most 30 s; false when it never did.
  bool wait_until(const std::function<bool()>& true_now);
  std::vector<events::Event> events(std::string_view type);

  // Rows as the other rooms would write them.
  std::string add_asset(const std::string& storage, const std::string& key, const std::string& status = "ready",
                        const std::optional<std::string>& version = "1",
                        const std::optional<std::string>& project_id = std::nullopt);
  std::string add_project(const std::string& name);
  // A playlist that needs the asset; returns its id.
  std::string add_to_playlist(const std::string& asset_id, const std::string& playlist_name = "evening");
  void run(std::string_view sql, store::Session::Parameters parameters = {});
  std::optional<std::string> text(std::string_view sql, store::Session::Parameters parameters = {});

 private:
  explicit Database(std::unique_ptr<PluginInstance> instance);
  static std::unique_ptr<PluginInstance> open(const std::filesystem::path& folder);

  std::unique_ptr<PluginInstance> instance_;
};

// storage-local over `root`.
std::unique_ptr<PluginInstance> local_storage(const std::filesystem::path& root);
staging::StorageAccess access_to(const PluginInstance& storage, std::string name);

// What a copy of these bytes has as its checksum.
std::string checksum_of(std::string_view bytes);

}  // namespace wyvern::test
