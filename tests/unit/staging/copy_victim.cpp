// A process that stages media for as long as it is let live: `copy_victim FOLDER`. Its storage gives the first
// 3 MB of an object and then never answers. Prints "half" when it has come so far.
#include <cstdio>

#include "faulty_storage.hpp"
#include "room.hpp"

int main(int, char** argv) {
  using namespace wyvern;
  const std::filesystem::path folder = argv[1];
  test::Database database(folder);
  test::FaultyStorage storage;
  storage.put("clip.mp4", {.bytes = std::string(8'000'000, 'x')});
  test::Gate never;
  storage.before_read = [&](const std::string&, std::uint64_t offset) {
    if (offset < 3'000'000) return;
    std::puts("half");
    std::fflush(stdout);
    never.pass();
  };
  staging::Settings settings;
  settings.cache_dir = folder / "cache";
  staging::Staging staging({.store = database.store,
                            .events = database.log,
                            .settings = settings,
                            .storages = {storage.access()},
                            .storage_timeout = std::chrono::seconds(60)});
  staging.start();
  never.pass();
  return 0;
}
