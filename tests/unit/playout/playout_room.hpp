// The playout room as the program puts it together, over a real store and a runtime of the test's own.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "event_store.hpp"
#include "fake_runtime.hpp"
#include "playout/playout.hpp"
#include "table_caller.hpp"

namespace wyvern::test {

struct PlayoutRoom {
  PlayoutRoom();
  ~PlayoutRoom();

  // Builds the room and starts it, as the controller does.
  void open();
  // The end of the controller; what the runtime runs goes on.
  void close();

  std::shared_ptr<RecordedAnswer> call(const std::string& operation, const std::string& channel_id,
                                       const Json& body = nullptr);
  std::shared_ptr<RecordedAnswer> begin(const std::string& operation, const std::string& channel_id);
  // A stopped channel; returns its id.
  std::string create(const Json& output_config = Json::object());
  // One that is running; throws when it does not start.
  std::string create_on_air(const Json& output_config = Json::object());

  // The row, as it is in the store.
  Json row(const std::string& channel_id);
  bool wait_for_status(const std::string& channel_id, const std::string& status);
  // Until the channel runs on a grant later than `epoch`.
  bool wait_for_restart(const std::string& channel_id, std::int64_t epoch);
  std::vector<std::string> claims();
  // Oldest first.
  std::vector<Json> as_run(const std::string& channel_id);
  std::filesystem::path folder(const std::string& channel_id) const;
  // Every error_message that the channel was announced with.
  std::vector<std::string> reasons(const std::string& channel_id);

  EventStore database;
  FakeRuntime runtime;
  playout::Settings settings;
  std::unique_ptr<playout::Playout> playout;

 private:
  NamedAccess access_;
  std::unique_ptr<operations::Table> table_;
};

}  // namespace wyvern::test
