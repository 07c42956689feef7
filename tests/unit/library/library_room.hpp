// The library as the program puts it together: a real store, a real folder of media, and an engine that does what the
// files say.
#pragma once

#include <memory>
#include <string>

#include "faulty_storage.hpp"
#include "library/library.hpp"
#include "operations_caller.hpp"
#include "room.hpp"

namespace wyvern::test {

struct LibraryRoom {
  LibraryRoom();
  ~LibraryRoom();

  void start();
  // As the end of the program and its next start.
  void restart();

  void put(const std::string& key, const std::string& content);
  // POST /assets; returns the id.
  std::string create(const std::string& key, const Json& more = Json::object());
  Json asset(const std::string& id);
  // Waits until the asset is ready or in error; returns it.
  Json settled(const std::string& id);

  ScratchFolder folder;
  Database database{folder.path()};
  FaultyStorage remote;
  std::unique_ptr<PluginInstance> local = local_storage(folder.path() / "media");
  library::ProbeCommand probe;
  std::chrono::milliseconds probe_timeout{20'000};
  std::unique_ptr<OperationsCaller> caller;
  std::unique_ptr<staging::Staging> staging;
  std::unique_ptr<library::Library> library;

 private:
  void build();
};

}  // namespace wyvern::test
