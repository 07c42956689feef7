// A store of the real plugin in a folder of the test's own, migrated, and its event log.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/log.hpp"
#include "plugin_host/plugin_instance.hpp"
#include "plugin_host/scratch_folder.hpp"

namespace wyvern::test {

class EventStore {
 public:
  EventStore();

  ScratchFolder folder;

 private:
  std::unique_ptr<PluginInstance> instance_;

 public:
  store::Store store;
  events::Log log;

  // An event of its own, committed.
  void append(const std::string& type, const std::string& subject = "s",
              const std::optional<std::string>& project_id = std::nullopt, const Json& data = Json::object());
  void run(std::string_view sql, store::Session::Parameters parameters = {});
  // The rows of a query as objects.
  std::vector<Json> rows(std::string_view sql, store::Session::Parameters parameters = {});
  std::vector<events::Event> events(std::string_view type);
  // Looks now and after every event, and now and then for what is no event. False when it never came true.
  bool wait_until(const std::function<bool()>& true_now);
};

}  // namespace wyvern::test
