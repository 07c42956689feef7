#include "playout_room.hpp"

#include <unistd.h>

#include <stdexcept>

#include "fake_output.hpp"

namespace wyvern::test {
namespace {

constexpr int ports_a_test = 32;

// Tests that run side by side do not look for the same free port.
int first_port_of_this_process() { return 10'000 + static_cast<int>(getpid() % 700) * ports_a_test; }

}  // namespace

PlayoutRoom::PlayoutRoom() {
  settings.first_worker_port = first_port_of_this_process();
  settings.last_worker_port = settings.first_worker_port + ports_a_test - 1;
  settings.stop_grace = std::chrono::milliseconds(500);
}

PlayoutRoom::~PlayoutRoom() { close(); }

void PlayoutRoom::open() {
  playout = std::make_unique<playout::Playout>(playout::Dependencies{
      .store = database.store,
      .events = database.log,
      .outputs = {{"srt", fake_output()}},
      .runtime = runtime.access(),
      .engine = {"main", "engine-fake", "fake", Json::object()},
      .settings = settings,
      .node = "node-1",
      .state_dir = database.folder.path() / "state",
      .program = "/bin/false",
      .plugin_dirs = {},
      .secret = std::string(32, 's'),
      .request_media = [](store::Session&, std::string_view) {},
      .request_held_media = [](store::Session&, std::string_view, const playout::HeldMedia&) { return true; },
      .log = [](std::int32_t, std::string_view, const Json&) {}});
  table_ = std::make_unique<operations::Table>(access_, 32);
  playout->add_operations(*table_);
  playout->start();
}

void PlayoutRoom::close() {
  if (!playout) return;
  table_->stop();
  playout->stop();
  table_.reset();
  playout.reset();
}

std::shared_ptr<RecordedAnswer> PlayoutRoom::begin(const std::string& operation, const std::string& channel_id) {
  return test::begin(*table_, request("playout.channels." + operation, {{"id", channel_id}}));
}

std::shared_ptr<RecordedAnswer> PlayoutRoom::call(const std::string& operation, const std::string& channel_id,
                                                  const Json& body) {
  return test::call(*table_, request("playout.channels." + operation, {{"id", channel_id}}, body));
}

std::string PlayoutRoom::create(const Json& output_config) {
  const auto answer =
      test::call(*table_, request("playout.channels.create", {}, {{"name", "News"}, {"output_config", output_config}}));
  if (answer->status() != 201) throw std::runtime_error(answer->text());
  return answer->json().at("id");
}

std::string PlayoutRoom::create_on_air(const Json& output_config) {
  const std::string id = create(output_config);
  const auto answer = call("start", id);
  if (answer->status() != 200) throw std::runtime_error(answer->text());
  return id;
}

Json PlayoutRoom::row(const std::string& channel_id) {
  return database.rows("SELECT * FROM playout_channels WHERE id = $1", {channel_id}).at(0);
}

bool PlayoutRoom::wait_for_status(const std::string& channel_id, const std::string& status) {
  return database.wait_until([&] { return row(channel_id).at("status") == status; });
}

bool PlayoutRoom::wait_for_restart(const std::string& channel_id, std::int64_t epoch) {
  return database.wait_until([&] {
    const Json now = row(channel_id);
    return now.at("status") == "running" && now.at("epoch").get<std::int64_t>() > epoch;
  });
}

std::vector<std::string> PlayoutRoom::claims() {
  std::vector<std::string> all;
  for (const auto& claim : database.rows("SELECT resource FROM claims ORDER BY resource")) {
    all.push_back(claim.at("resource"));
  }
  return all;
}

std::vector<Json> PlayoutRoom::as_run(const std::string& channel_id) {
  return database.rows("SELECT * FROM playout_as_run WHERE channel_id = $1 ORDER BY start_number", {channel_id});
}

std::filesystem::path PlayoutRoom::folder(const std::string& channel_id) const {
  return database.folder.path() / "state" / "playout" / channel_id;
}

std::vector<std::string> PlayoutRoom::reasons(const std::string& channel_id) {
  std::vector<std::string> all;
  for (const auto& event : database.events("playout.channel.changed")) {
    if (event.subject == channel_id && event.data.at("error_message").is_string()) {
      all.push_back(event.data["error_message"]);
    }
  }
  return all;
}

}  // namespace wyvern::test
