// `wyvern migrate` and `wyvern store copy`, as programs.
#include <gmock/gmock.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "deployment.hpp"

namespace wyvern::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* program = WYVERN_BUILD_DIR "/bin/wyvern";

class StoreCommands : public ::testing::Test {
 protected:
  StoreCommands() {
    write(sqlite, {{"plugin", "store-sqlite"}, {"path", (folder.path() / "wyvern.db").string()}});
    auto store = server.store("wyvern");
    store["plugin"] = "store-postgres";
    write(postgres, store);
  }
  void write(const std::string& name, const Json& store) const {
    std::ofstream(folder.path() / name)
        << Json{{"wyvern", 1}, {"roles", {"controller"}}, {"state_dir", "state"}, {"stores", {{"main", store}}}}.dump();
  }
  std::string file(const std::string& name) const { return (folder.path() / name).string(); }

  // The exit code, and what it printed.
  std::pair<int, std::string> run(const std::string& arguments) const {
    FILE* pipe = ::popen((std::string(program) + " " + arguments + " 2>&1").c_str(), "r");
    std::string said;
    for (char bytes[4096]; const auto size = ::fread(bytes, 1, sizeof bytes, pipe);) said.append(bytes, size);
    const int status = ::pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said};
  }
  pid_t spawn_migrate(const std::string& output) const {
    const std::string config = file(postgres);
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (::freopen(output.c_str(), "w", stdout) == nullptr) ::_exit(126);
    ::execl(program, program, "migrate", config.c_str(), nullptr);
    ::_exit(127);
  }

  static int migrations() {
    const std::filesystem::directory_iterator files(WYVERN_SOURCE_DIR "/migrations/sqlite");
    return static_cast<int>(std::distance(begin(files), end(files)));
  }

  const std::string sqlite = "sqlite.yaml";
  const std::string postgres = "postgres.yaml";
  const PostgresServer server;
  const TemporaryFolder folder;
};

TEST_F(StoreCommands, MigrateSaysWhatItWouldDoAndDoesItOnce) {
  for (const auto& config : {sqlite, postgres}) {
    const auto [status, plan] = run("migrate --plan " + file(config));
    EXPECT_EQ(status, 0) << plan;
    EXPECT_THAT(plan, HasSubstr("001-foundation\n002-people\n003-safe-changes\n"));
    EXPECT_THAT(plan, HasSubstr("\n" + std::to_string(migrations()) + " to be applied"));
    EXPECT_THAT(run("migrate " + file(config)).second, HasSubstr(std::to_string(migrations()) + " applied"));
    EXPECT_THAT(run("migrate --plan " + file(config)).second, HasSubstr("0 to be applied"));
    EXPECT_THAT(run("migrate " + file(config)).second, HasSubstr("0 applied"));
  }
}

TEST_F(StoreCommands, TenProgramsThatMigrateAtOnceApplyEachOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 10; ++i) children.push_back(spawn_migrate(file("out" + std::to_string(i))));
  int applied = 0;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto status = await_end(children[i], 60s);
    EXPECT_TRUE(status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0);
    applied += std::stoi(read_file(file("out" + std::to_string(i))));  // "3 applied"
  }
  EXPECT_EQ(applied, migrations());
}

TEST_F(StoreCommands, AMigrationThatIsKilledAnywhereIsMadeWholeByTheNext) {
  for (int round = 0; round < 12; ++round) {
    const pid_t child = spawn_migrate("/dev/null");
    (void)await([] { return false; }, std::chrono::milliseconds(round * 12));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  const auto [status, said] = run("migrate " + file(postgres));
  EXPECT_EQ(status, 0) << said;
  EXPECT_THAT(run("migrate --plan " + file(postgres)).second, HasSubstr("0 to be applied"));
}

TEST_F(StoreCommands, AStoreIsCopiedWithCountsAndChecksumsAndNotTwice) {
  EXPECT_EQ(run("migrate " + file(sqlite)).first, 0);
  const auto [status, said] = run("store copy " + file(sqlite) + " " + file(postgres));
  EXPECT_EQ(status, 0) << said;
  EXPECT_THAT(said, HasSubstr("playout_channels"));
  EXPECT_THAT(said, HasSubstr("copied"));
}

TEST_F(StoreCommands, WhatCannotBeOpenedIsNamed) {
  const auto [status, said] = run("migrate " + file("nowhere.yaml"));
  EXPECT_NE(status, 0);
  EXPECT_THAT(said, HasSubstr("nowhere.yaml"));
}

// What an operator does who outgrows SQLite.
TEST(StoreMoves, ADeploymentGoesOnOnPostgresWithEverythingThatItHad) {
  const PostgresServer server;
  Deployment wyvern;
  const auto channel = wyvern.channel({{"name", "Moves"}});
  wyvern.stop();
  const auto here = wyvern.folder() / "wyvern.yaml";
  const auto there = wyvern.folder() / "postgres.yaml";
  Json config = Json::parse(read_file(here));
  config["stores"]["main"] = server.store("wyvern");
  config["stores"]["main"]["plugin"] = "store-postgres";
  std::ofstream(there) << config.dump();
  ASSERT_EQ(std::system(
                (std::string(program) + " store copy " + here.string() + " " + there.string() + " >/dev/null").c_str()),
            0);
  wyvern.configure(config.dump());
  wyvern.start();
  EXPECT_EQ(wyvern.call("GET", "/playout/channels/" + channel).body["name"], "Moves");
  EXPECT_NE(
      std::system(
          (std::string(program) + " store copy " + here.string() + " " + there.string() + " 2>/dev/null").c_str()),
      0)
      << "into a store that is in use";
}

}  // namespace
}  // namespace wyvern::test
