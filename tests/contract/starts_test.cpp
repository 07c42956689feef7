// What the start of a channel meets: a port that is taken, a start that takes long, and everything that fails in one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>

#include "contract.hpp"
#include "raw_client.hpp"

namespace wyvern::test {
namespace {

const std::string channels = "/playout/channels/";

// A pipe that holds up whoever opens it to read, until it is opened here.
class Gate {
 public:
  explicit Gate(std::filesystem::path path) : path_(std::move(path)) {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("no pipe " + path_.string());
  }
  ~Gate() {
    open();
    ::close(descriptor_);
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void open() {
    if (descriptor_ < 0) descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  }
  std::string path() const { return path_.string(); }

 private:
  const std::filesystem::path path_;
  int descriptor_ = -1;
};

Deployment::Options with_cards(Json playout = Json::object()) {
  Deployment::Options options;
  options.sections = {{"plugin_dirs", {WYVERN_BUILD_DIR "/lib/wyvern", CARD_DIR}},
                      {"outputs", {{"card", {{"plugin", "card"}}}}},
                      {"playout", std::move(playout)}};
  return options;
}

class Starts : public Contract {
 protected:
  explicit Starts(const Deployment::Options& options = with_cards()) : Contract(options) {}

  std::string card(const std::string& name, Json config = Json::object()) const {
    config["url"] = nullptr;
    return wyvern.channel({{"name", name}, {"output_type", "card"}, {"output_config", config}});
  }
  std::string status(const std::string& id) const { return get(channels + id).body["status"]; }
  // Begins a start that is held up by a gate.
  std::future<Answer> begin(const std::string& id) const {
    auto start = std::async(std::launch::async, [this, id] { return post(channels + id + "/start"); });
    EXPECT_TRUE(wyvern.await([&] { return status(id) == "starting"; })) << wyvern.log();
    return start;
  }
  Json worker_configuration(const std::string& id) const {
    return Json::parse(read_file(wyvern.folder() / "state" / "playout" / id / "worker.yaml"));
  }
  std::string worker_address(const std::string& id) const {
    return worker_configuration(id)["surfaces"]["api"]["listen"];
  }
};

TEST_F(Starts, Mended_Case34_PatchAndDeleteAreRefusedWhileAChannelIsStarting) {
  Gate gate(wyvern.folder() / "gate");
  const auto id = card("Held up", {{"gate", gate.path()}});
  auto start = begin(id);
  EXPECT_TRUE(refused(patch(channels + id, {{"name", "Other"}}), 409, "playout.channel_busy"));
  EXPECT_TRUE(refused(remove(channels + id), 409, "playout.channel_busy"));
  EXPECT_EQ(get(channels + id).body["name"], "Held up");
  gate.open();
  EXPECT_TRUE(answered(start.get(), 200)) << wyvern.log();
}

TEST_F(Starts, Case21_AChannelThatIsStartingTellsSoAndIsNotStartedTwice) {
  Gate gate(wyvern.folder() / "gate");
  const auto id = card("Held up", {{"gate", gate.path()}});
  auto start = begin(id);
  const auto told = get(channels + id + "/status");
  EXPECT_TRUE(answered(told, 200));
  EXPECT_EQ(told.body, (Json{{"running", false}, {"status", "starting"}}));
  const auto again = post(channels + id + "/start");
  EXPECT_TRUE(refused(again, 409, "playout.channel_busy"));
  EXPECT_EQ(again.body["error"], "Channel already starting");
  EXPECT_TRUE(refused(post(channels + id + "/pause"), 409, "playout.not_running"));
  gate.open();
  EXPECT_EQ(start.get().body["status"], "running") << wyvern.log();
  EXPECT_EQ(post(channels + id + "/start").body["error"], "Channel already running");
}

TEST_F(Starts, Mended_Case32_APortIsHeldFromStartingOnAndIsTheFirstByDefault) {
  Gate gate(wyvern.folder() / "gate");
  const auto holder = card("Holder", {{"gate", gate.path()}});
  const auto other = card("Other", {{"device_index", 1}});
  auto start = begin(holder);
  for (const char* moment : {"starting", "running"}) {
    ASSERT_EQ(status(holder), moment);
    const auto answer = post(channels + other + "/start");
    EXPECT_TRUE(refused(answer, 409, "claim.held")) << moment;
    EXPECT_NE(answer.text.find("Holder"), std::string::npos) << answer.text;
    EXPECT_EQ(status(other), "stopped");
    gate.open();
    if (start.valid()) {
      EXPECT_TRUE(answered(start.get(), 200)) << wyvern.log();
    }
  }
  EXPECT_TRUE(answered(post(channels + card("Second port", {{"device_index", 2}}) + "/start"), 200)) << wyvern.log();
  ASSERT_TRUE(answered(post(channels + holder + "/stop"), 200));
  EXPECT_TRUE(answered(post(channels + other + "/start"), 200)) << wyvern.log();
}

TEST_F(Starts, Mended_Case33_WhateverFailsEndsInErrorWithTheReasonAndLeavesNothing) {
  for (const auto& [place, reason] :
       {std::pair{"claims", "the card is gone"}, {"render", "the card is gone"}, {"worker", "without elements"}}) {
    const auto id = card("Failing", {{"fail_in", place}});
    const auto answer = post(channels + id + "/start");
    ASSERT_TRUE(answered(answer, 500)) << place;
    const auto channel = get(channels + id).body;
    EXPECT_EQ(channel["status"], "error") << place;
    EXPECT_NE(channel["error_message"].get<std::string>().find(reason), std::string::npos) << channel;
    EXPECT_EQ(channel["container_id"], nullptr);
    EXPECT_EQ(get(channels + id + "/status").body, (Json{{"running", false}, {"status", "error"}}));
    EXPECT_EQ(wyvern.worker_pid(id), 0) << place;
    // Its port is free again.
    const auto next = card("Next");
    EXPECT_TRUE(answered(post(channels + next + "/start"), 200)) << place << wyvern.log();
    EXPECT_TRUE(answered(post(channels + next + "/stop"), 200));
  }
}

TEST_F(Starts, Case25_AChannelInErrorIsEditedAndStartedAgain) {
  const auto id = card("Mended", {{"fail_in", "render"}});
  ASSERT_TRUE(answered(post(channels + id + "/start"), 500));
  ASSERT_TRUE(answered(post(channels + id + "/start"), 500)) << "a channel in error is not busy";
  ASSERT_TRUE(answered(patch(channels + id, {{"output_config", Json::object()}}), 200));
  const auto started = post(channels + id + "/start");
  ASSERT_TRUE(answered(started, 200)) << wyvern.log();
  EXPECT_EQ(started.body["error_message"], nullptr);
}

TEST_F(Starts, Case25_AStartThatACrashInterruptedIsFinishedAndTheChannelCanBeStartedAgain) {
  Gate gate(wyvern.folder() / "gate");
  const auto id = card("Interrupted", {{"gate", gate.path()}});
  auto start = begin(id);
  wyvern.kill();
  EXPECT_THROW(start.get(), std::runtime_error);
  gate.open();
  wyvern.start();
  EXPECT_TRUE(wyvern.await([&] { return status(id) == "running"; })) << wyvern.log();
  ASSERT_TRUE(answered(post(channels + id + "/stop"), 200));
  EXPECT_TRUE(answered(post(channels + id + "/start"), 200)) << wyvern.log();
}

TEST_F(Starts, Case38_TwoChannelsOfOneNodeHaveWorkersOfTheirOwn) {
  const auto one = card("One", {{"device_index", 1}});
  const auto two = card("Two", {{"device_index", 2}});
  auto first = std::async(std::launch::async, [&] { return post(channels + one + "/start"); });
  EXPECT_TRUE(answered(post(channels + two + "/start"), 200)) << wyvern.log();
  EXPECT_TRUE(answered(first.get(), 200)) << wyvern.log();
  EXPECT_NE(worker_address(one), worker_address(two));
  EXPECT_NE(wyvern.worker_pid(one), wyvern.worker_pid(two));
  ASSERT_TRUE(answered(post(channels + one + "/stop"), 200));
  EXPECT_TRUE(get(channels + two + "/status").body["engine"].is_object());
}

TEST_F(Starts, Case22_AWorkerAsksForATokenAndItsControllerHasIt) {
  const auto id = card("Asked");
  ASSERT_TRUE(answered(post(channels + id + "/start"), 200)) << wyvern.log();
  const auto address = worker_address(id);
  RawClient stranger(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  EXPECT_EQ(stranger.get("/status").status, 401);
  EXPECT_EQ(stranger.get("/status", "Authorization: Bearer " + wyvern.token() + "\r\n").status, 401);
  EXPECT_TRUE(get(channels + id + "/status").body["engine"].is_object());
}

// The next channel gets the same port: who still had its address would talk to that one's worker.
class OneWorkerPort : public Starts {
 protected:
  explicit OneWorkerPort(int port = free_port())
      : Starts(with_cards({{"worker_ports", {{"first", port}, {"last", port}}}})) {}
};

TEST_F(OneWorkerPort, Mended_Case37_IsLeftByAStoppedChannelForGood) {
  const auto stopped = card("Stopped", {{"device_index", 1}});
  const auto next = card("Next", {{"device_index", 2}});
  ASSERT_TRUE(answered(post(channels + stopped + "/start"), 200)) << wyvern.log();
  const auto answer = post(channels + stopped + "/stop");
  ASSERT_TRUE(answered(answer, 200));
  EXPECT_EQ(answer.body["container_id"], nullptr);
  ASSERT_TRUE(answered(post(channels + next + "/start"), 200)) << wyvern.log();
  EXPECT_EQ(get(channels + stopped + "/status").body, (Json{{"running", false}, {"status", "stopped"}}));
  EXPECT_TRUE(refused(post(channels + stopped + "/pause"), 409, "playout.not_running"));
  EXPECT_TRUE(answered(post(channels + stopped + "/stop"), 200));
  EXPECT_TRUE(get(channels + next + "/status").body["engine"].is_object()) << "stopped by its neighbour";
}

}  // namespace
}  // namespace wyvern::test
