// Ports that somebody else has: of the API, of a worker, of an output; and a state that another wyvernd has.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "deployment.hpp"
#include "srt_recorder.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using wyvern::test::Deployment;
using Json = nlohmann::json;

// Somebody on a port of 127.0.0.1.
class Occupant {
 public:
  explicit Occupant(int type, int port = 0) : socket_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        (type == SOCK_STREAM && ::listen(socket_, 1) != 0) ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("the port cannot be occupied");
    port_ = ntohs(address.sin_port);
  }
  ~Occupant() { ::close(socket_); }
  Occupant(const Occupant&) = delete;
  Occupant& operator=(const Occupant&) = delete;
  int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
};

Json workers_on(int first, int last) { return {{"playout", {{"worker_ports", {{"first", first}, {"last", last}}}}}}; }

TEST(OccupiedPort, OfTheApiEndsTheStartNamingAddressSurfaceAndRemedy) {
  auto occupant = std::make_unique<Occupant>(SOCK_STREAM);
  const std::string address = "127.0.0.1:" + std::to_string(occupant->port());
  Deployment wyvern({.sections = {{"surfaces", {{"api", {{"listen", address}}}}}}, .start = false});
  const auto [status, output] = wyvern.run_to_end();
  EXPECT_EQ(status, 1);
  EXPECT_THAT(output, AllOf(HasSubstr("cannot listen on " + address + ": Address already in use"),
                            HasSubstr("another program listens there: stop it (ss -ltnp 'sport = :" +
                                      std::to_string(occupant->port()) + "' names it)"),
                            HasSubstr("the setting `listen` of the surface 'api'")));
  // No lock, no worker and no half-made store is in the way of the next start.
  occupant.reset();
  wyvern.start();
  EXPECT_EQ(wyvern.call("GET", "/playout/channels").status, 200);
}

TEST(OccupiedPort, OfAWorkerIsPassedByAndTheNextOneTaken) {
  const Occupant occupant(SOCK_STREAM);
  Deployment wyvern({.sections = workers_on(occupant.port(), occupant.port() + 20)});
  const auto started = wyvern.call("POST", "/playout/channels/" + wyvern.channel() + "/start");
  EXPECT_EQ(started.status, 200) << started.text;
}

TEST(OccupiedPort, OfTheOnlyWorkerPortEndsTheChannelsStartInErrorWithTheRange) {
  auto occupant = std::make_unique<Occupant>(SOCK_STREAM);
  const auto port = std::to_string(occupant->port());
  Deployment wyvern({.sections = workers_on(occupant->port(), occupant->port())});
  const auto channel = wyvern.channel();
  const auto started = wyvern.call("POST", "/playout/channels/" + channel + "/start");
  EXPECT_EQ(started.status, 500) << started.text;
  EXPECT_EQ(started.body["code"], "playout.start_failed");
  const std::string error =
      "no free port for a worker between " + port + " and " + port + "; widen playout.worker_ports";
  EXPECT_THAT(started.body["error"].get<std::string>(), HasSubstr(error));
  const Json after = wyvern.call("GET", "/playout/channels/" + channel).body;
  EXPECT_EQ(after["status"], "error");
  EXPECT_EQ(after["error_message"], started.body["error"]);
  EXPECT_TRUE(wyvern.logged(error)) << wyvern.log();
  EXPECT_EQ(wyvern.worker_pid(channel), 0);
  EXPECT_FALSE(std::filesystem::exists(wyvern.folder() / "state/playout" / channel / "worker.yaml"));

  occupant.reset();
  const auto again = wyvern.call("POST", "/playout/channels/" + channel + "/start");
  EXPECT_EQ(again.status, 200) << again.text;
}

TEST(OccupiedPort, OfAnSrtListenerIsToldByTheOutputWhileTheChannelStaysOnAirAndIsTakenOnceItIsFree) {
  auto occupant = std::make_unique<Occupant>(SOCK_DGRAM);
  const int port = occupant->port();
  const Deployment wyvern;
  const auto channel =
      wyvern.channel({{"output_config", {{"url", "srt://127.0.0.1:" + std::to_string(port) + "?mode=listener"}}}});
  ASSERT_EQ(wyvern.call("POST", "/playout/channels/" + channel + "/start").status, 200);
  const auto event =
      wyvern.event("playout.worker.output_changed", [](const Json& one) { return one["data"]["state"] == "failed"; });
  EXPECT_THAT(event["data"]["reason"].get<std::string>(), HasSubstr(std::to_string(port))) << event;
  const Json status = wyvern.call("GET", "/playout/channels/" + channel + "/status").body;
  EXPECT_EQ(status["status"], "running");
  EXPECT_EQ(status["engine"]["on_air"], true);
  EXPECT_THAT(status["engine"]["outputs"][0]["last_error"].dump(), HasSubstr(std::to_string(port))) << status;

  occupant.reset();
  wyvern.event("playout.worker.output_changed", [](const Json& one) { return one["data"]["state"] == "waiting"; });
  const wyvern::media::SrtRecorder receiver(port, (wyvern.folder() / "received.ts").string());
  EXPECT_NE(receiver.first_bytes(10s), std::chrono::steady_clock::time_point::max());
}

TEST(OccupiedPort, OfAnotherChannelIsRefusedNamingTheHolder) {
  const Deployment wyvern;
  const Json output = {{"url", "srt://127.0.0.1:" + std::to_string(wyvern::media::free_port()) + "?mode=listener"}};
  const auto first = wyvern.channel({{"name", "News"}, {"output_config", output}});
  const auto second = wyvern.channel({{"name", "Sport"}, {"output_config", output}});
  ASSERT_EQ(wyvern.call("POST", "/playout/channels/" + first + "/start").status, 200);
  const auto refused = wyvern.call("POST", "/playout/channels/" + second + "/start");
  EXPECT_EQ(refused.status, 409) << refused.text;
  EXPECT_EQ(refused.body["code"], "claim.held");
  EXPECT_THAT(refused.body["error"].get<std::string>(),
              AllOf(HasSubstr("channel 'News'"), HasSubstr("stop that first")));
  EXPECT_EQ(wyvern.call("GET", "/playout/channels/" + second).body["status"], "stopped");
}

TEST(OccupiedState, OfAnotherWyverndIsRefusedNamingItsProcess) {
  Deployment wyvern;
  const Json before = wyvern.call("GET", "/playout/channels/" + wyvern.channel()).body;
  const auto [status, output] = wyvern.run_to_end();
  EXPECT_EQ(status, 1);
  EXPECT_THAT(output, AllOf(HasSubstr("is in use by process"), HasSubstr("stop that wyvernd")));
  EXPECT_EQ(wyvern.call("GET", "/playout/channels/" + before["id"].get<std::string>()).body, before);
}

}  // namespace
