#include "library_room.hpp"

namespace wyvern::test {

LibraryRoom::LibraryRoom() : probe{WYVERN_PROBE_CHILD, WYVERN_FIXTURE_ENGINE, "main", Json::object()} { build(); }

LibraryRoom::~LibraryRoom() {
  caller.reset();
  library.reset();
  staging.reset();
}

void LibraryRoom::build() {
  staging::Settings settings;
  settings.cache_dir = folder.path() / "cache";
  settings.poll = std::chrono::milliseconds(20);
  staging = std::make_unique<staging::Staging>(
      staging::Staging::Parts{.store = database.store,
                              .events = database.log,
                              .settings = settings,
                              .storages = {access_to(*local, "media"), remote.access("remote")},
                              .storage_timeout = std::chrono::milliseconds(300)});
  library = std::make_unique<library::Library>(library::Library::Parts{.store = database.store,
                                                                       .events = database.log,
                                                                       .staging = *staging,
                                                                       .settings = {.probe_timeout = probe_timeout},
                                                                       .probe = probe});
  caller = std::make_unique<OperationsCaller>();
  library::add_operations(caller->table(), *library);
  staging::add_operations(caller->table(), *staging, database.store);
}

void LibraryRoom::start() {
  library->start();
  staging->start();
}

void LibraryRoom::restart() {
  staging->stop();
  caller.reset();
  library.reset();
  staging.reset();
  build();
  start();
}

void LibraryRoom::put(const std::string& key, const std::string& content) {
  const auto path = folder.path() / "media" / key;
  std::filesystem::create_directories(path.parent_path());
  put_file(path, content);
}

std::string LibraryRoom::create(const std::string& key, const Json& more) {
  Json body = more;
  body["key"] = key;
  const auto answer = caller->call("library.assets.create", {}, body);
  if (answer.status != 201) throw std::runtime_error(answer.body);
  return answer.json()["id"];
}

Json LibraryRoom::asset(const std::string& id) { return caller->call("library.assets.get", {{"id", id}}).json(); }

Json LibraryRoom::settled(const std::string& id) {
  Json last;
  database.wait_until([&] {
    last = asset(id);
    return last["status"] == "ready" || last["status"] == "error";
  });
  return last;
}

}  // namespace wyvern::test
