// What is left of a copy whose process was killed, and how its successor goes on.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "faulty_storage.hpp"
#include "room.hpp"

namespace wyvern::staging {
namespace {

namespace fs = std::filesystem;

TEST(ACopyWhoseProcessWasKilled, LeavesNothingHalfMadeAndIsBegunAgainAtOnce) {
  const test::ScratchFolder folder;
  std::string id;
  {
    test::Database database(folder.path());
    id = database.add_asset("faulty", "clip.mp4");
    test::FaultyStorage storage;
    Settings settings;
    settings.cache_dir = folder.path() / "cache";
    Staging staging(
        {.store = database.store, .events = database.log, .settings = settings, .storages = {storage.access()}});
    database.store.write([&](store::Session& session) { staging.request(session, id); });
  }

  std::array<int, 2> out{};
  ASSERT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::string program = WYVERN_COPY_VICTIM;
  std::string argument = folder.path().string();
  std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
  pid_t victim = -1;
  ASSERT_EQ(::posix_spawn(&victim, program.c_str(), &actions, nullptr, arguments.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  std::array<char, 5> half{};
  ASSERT_EQ(::read(out[0], half.data(), half.size()), 5);
  ::close(out[0]);
  ::kill(victim, SIGKILL);
  ASSERT_EQ(::waitpid(victim, nullptr, 0), victim);

  const auto temporaries = [&] {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(folder.path() / "cache")) {
      count += entry.path().extension() == ".tmp" ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(temporaries(), 1);
  EXPECT_FALSE(fs::exists(folder.path() / "cache" / (id + ".mp4")));

  test::Database database(folder.path());
  EXPECT_EQ(database.text("SELECT status FROM jobs"), "running");
  test::FaultyStorage storage;
  const std::string bytes(8'000'000, 'x');
  storage.put("clip.mp4", {.bytes = bytes});
  Settings settings;  // the lease of the dead one has 30 s to go
  settings.cache_dir = folder.path() / "cache";
  Staging staging(
      {.store = database.store, .events = database.log, .settings = settings, .storages = {storage.access()}});
  const auto begun = std::chrono::steady_clock::now();
  staging.start();
  ASSERT_TRUE(database.wait_until([&] { return database.text("SELECT status FROM media_cache") == "ready"; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
  EXPECT_EQ(test::get_file(folder.path() / "cache" / (id + ".mp4")), bytes);
  EXPECT_EQ(temporaries(), 0);
  EXPECT_EQ(database.text("SELECT attempt FROM jobs"), "2");
}

}  // namespace
}  // namespace wyvern::staging
