// A worker that dies: what the channel says of it, in the API, the events and the log, until it is back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "air.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using wyvern::test::Air;
using wyvern::test::row_of;
using Json = nlohmann::json;

class DeadWorker : public testing::Test {
 protected:
  void on_air() {
    air.make_channel();
    std::vector<std::string> assets;
    for (int id = 1; id <= 3; ++id) assets.push_back(air.asset(id));
    const auto playlist = air.wyvern.playlist(air.channel, assets);
    air.start();
    air.play(playlist);
    air.await_engine([](const Json& engine) { return engine["state"] == "playing"; });
  }
  // The channel's own words about it in an event.
  Json channel_said(const std::function<bool(const Json& channel)>& test) const {
    return air.wyvern.event("playout.channel.changed", [&](const Json& one) { return test(one["data"]); })["data"];
  }

  Air air;
};

TEST_F(DeadWorker, ThatWasKilledIsNamedByTheChannelUntilItIsBack) {
  on_air();
  ::kill(air.wyvern.worker_pid(air.channel), SIGKILL);
  const Json starting = channel_said([](const Json& channel) { return channel["restart_count"] == 1; });
  EXPECT_EQ(starting["status"], "starting");
  EXPECT_THAT(starting["error_message"].get<std::string>(), HasSubstr("the worker ended unexpectedly"));
  EXPECT_TRUE(starting["last_restart_at"].is_string());
  const Json back =
      channel_said([](const Json& channel) { return channel["restart_count"] == 1 && channel["status"] == "running"; });
  EXPECT_TRUE(back["error_message"].is_null());
  EXPECT_TRUE(air.wyvern.logged("restarting a channel's worker")) << air.wyvern.log();
  const auto rows = air.await_as_run([](const auto& all) { return !row_of(all, "loss").is_null(); });
  EXPECT_FALSE(row_of(rows, "loss")["reason"].get<std::string>().empty());
}

TEST_F(DeadWorker, ThatLivesButDoesNotAnswerIsReplacedAndNamedByTheChannelUntilThen) {
  on_air();
  const pid_t worker = air.wyvern.worker_pid(air.channel);
  ::kill(worker, SIGSTOP);
  const Json silent = channel_said([](const Json& channel) { return channel["error_message"].is_string(); });
  EXPECT_THAT(silent["error_message"].get<std::string>(), HasSubstr("did not answer within"));
  ASSERT_TRUE(air.wyvern.await([&] {
    const Json now = air.get();
    return now["status"] == "running" && now["restart_count"] == 1;
  })) << air.get();
  EXPECT_TRUE(air.get()["error_message"].is_null());
  EXPECT_NE(air.wyvern.worker_pid(air.channel), worker);
  EXPECT_NE(::kill(worker, 0), 0) << "the silent worker was left behind";
  EXPECT_TRUE(air.wyvern.logged("did not answer within")) << air.wyvern.log();
  air.await_engine([](const Json& engine) { return engine["state"] == "playing"; });
  const auto rows = air.await_as_run([](const auto& all) { return !row_of(all, "loss").is_null(); });
  EXPECT_TRUE(row_of(rows, "lost").is_object()) << Json(rows);
}

TEST_F(DeadWorker, ThatCannotComeBackLeavesTheChannelInErrorWithTheReasonAndIsTriedAgain) {
  // A folder of plugins of which one will be taken away.
  const auto plugins = air.wyvern.folder() / "plugins";
  fs::create_directories(plugins);
  for (const auto& plugin : fs::directory_iterator(WYVERN_BUILD_DIR "/lib/wyvern"))
    if (plugin.path().extension() == ".so") fs::create_symlink(plugin.path(), plugins / plugin.path().filename());
  air.wyvern.stop();
  Json config = Json::parse(wyvern::test::read_file(air.wyvern.folder() / "wyvern.yaml"));
  config["plugin_dirs"] = {plugins.string()};
  air.wyvern.configure(config.dump());
  air.wyvern.start();
  on_air();

  fs::remove(plugins / "worker-api.so");
  ::kill(air.wyvern.worker_pid(air.channel), SIGKILL);
  const Json lost = channel_said([](const Json& channel) { return channel["status"] == "error"; });
  EXPECT_THAT(lost["error_message"].get<std::string>(),
              AllOf(HasSubstr("the worker ended while it started"), HasSubstr("no plugin 'worker-api' is installed")));
  EXPECT_TRUE(air.wyvern.logged("\"tried_again\":true")) << air.wyvern.log();

  fs::create_symlink(WYVERN_BUILD_DIR "/lib/wyvern/worker-api.so", plugins / "worker-api.so");
  ASSERT_TRUE(air.wyvern.await([&] { return air.get()["status"] == "running"; }, 40s)) << air.get();
  EXPECT_TRUE(air.get()["error_message"].is_null());
  air.await_engine([](const Json& engine) { return engine["state"] == "playing"; });
}

}  // namespace
