// The contract's table of playout channels, row by row.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <regex>

#include "contract.hpp"
#include "raw_client.hpp"

namespace wyvern::test {
namespace {

using Channels = Contract;

const std::string channels = "/playout/channels";

TEST_F(Channels, AreListedNewestFirst) {
  const auto first = wyvern.channel({{"name", "first"}});
  const auto second = wyvern.channel({{"name", "second"}});
  const auto list = get(channels);
  ASSERT_TRUE(answered(list, 200));
  ASSERT_EQ(list.body.size(), 2U);
  EXPECT_EQ(list.body[0]["id"], second);
  EXPECT_EQ(list.body[1]["id"], first);
}

TEST_F(Channels, AreCreatedStoppedWithTheContractsDefaultsAndFields) {
  const auto made = post(channels, {{"name", "News"}});
  ASSERT_TRUE(answered(made, 201));
  EXPECT_EQ(made.body["status"], "stopped");
  EXPECT_EQ(made.body["output_type"], "srt");
  EXPECT_EQ(made.body["video_format"], "1080p5994");
  for (const auto* field : {"id", "name", "node_id", "output_type", "output_config", "video_format", "status",
                            "container_id", "error_message", "project_id", "restart_count", "last_restart_at",
                            "last_heartbeat_at", "created_at", "updated_at"}) {
    EXPECT_TRUE(made.body.contains(field)) << field;
  }
  EXPECT_EQ(made.body.size(), 15U) << made.text;
  EXPECT_TRUE(std::regex_match(made.body["created_at"].get<std::string>(),
                               std::regex(R"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z)")))
      << made.text;
}

TEST_F(Channels, OfAnUnknownNodeAreRefused) {
  EXPECT_TRUE(refused(post(channels, {{"name", "x"}, {"node_id", "elsewhere"}}), 404, "cluster.node_not_found"));
  EXPECT_TRUE(
      refused(patch(channels + "/" + wyvern.channel(), {{"node_id", "elsewhere"}}), 404, "cluster.node_not_found"));
}

TEST_F(Channels, NeedANameThatIsAString) {
  for (const Json& body :
       {Json::object(), Json{{"name", 7}}, Json{{"name", nullptr}}, Json{{"name", ""}}, Json{{"name", "  "}}}) {
    const auto answer = post(channels, body);
    ASSERT_TRUE(answered(answer, 400)) << body;
    const bool wanting = body.empty() || body["name"] == 7 || body["name"] == "  ";
    if (wanting) {
      EXPECT_EQ(answer.body["error"], "name is required") << body;
    }
  }
}

TEST_F(Channels, OfAnUnknownOutputTypeAreRefusedNamingTheKnownOnes) {
  const auto answer = post(channels, {{"name", "x"}, {"output_type", "satellite"}});
  ASSERT_TRUE(refused(answer, 400, "playout.output_unknown"));
  EXPECT_NE(answer.body["error"].get<std::string>().find("srt"), std::string::npos);
}

TEST_F(Channels, HaveTheirOutputConfigCheckedByThePluginsSchemaWithThePath) {
  const auto answer = post(channels, {{"name", "x"}, {"output_config", {{"latency", "much"}}}});
  ASSERT_TRUE(refused(answer, 400, "playout.output_config"));
  EXPECT_NE(answer.body["error"].get<std::string>().find("/output_config/latency"), std::string::npos) << answer.text;
  const auto bad_url = post(channels, {{"name", "x"}, {"output_config", {{"url", "http://example.com"}}}});
  EXPECT_TRUE(answered(bad_url, 400)) << bad_url.text;
}

TEST_F(Channels, NeverShowTheirSecretsAndKeepThemThroughAnEdit) {
  const Json output = {{"url", "srt://127.0.0.1:9999?mode=listener"}, {"passphrase", "correct horse battery"}};
  const auto made = post(channels, {{"name", "x"}, {"output_config", output}});
  ASSERT_TRUE(answered(made, 201));
  EXPECT_EQ(made.body["output_config"]["passphrase"], "(secret)");
  const auto id = made.body["id"].get<std::string>();
  const auto changed = patch(channels + "/" + id, {{"output_config", made.body["output_config"]}});
  ASSERT_TRUE(answered(changed, 200));
  EXPECT_EQ(changed.text.find("correct horse"), std::string::npos);
  EXPECT_EQ(get(channels).text.find("correct horse"), std::string::npos);
  EXPECT_EQ(wyvern.log().find("correct horse"), std::string::npos);
}

// On air, and where it cannot get on air: in no answer, event, log line or preview.
TEST_F(Channels, KeepAPassphraseToThemselvesWhateverBecomesOfThem) {
  const std::string secret = "correct horse battery";
  const auto in_url = post(
      channels, {{"name", "x"}, {"output_config", {{"url", "srt://127.0.0.1:9999?passphrase=correct-horse-battery"}}}});
  ASSERT_TRUE(answered(in_url, 400));
  EXPECT_NE(in_url.text.find("field passphrase"), std::string::npos) << in_url.text;
  EXPECT_EQ(in_url.text.find("correct-horse"), std::string::npos) << in_url.text;

  const int taken = free_port();
  const int holder = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(taken));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(holder, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  std::string said;
  for (const auto& url : {"srt://127.0.0.1:" + std::to_string(free_port()) + "?mode=listener",
                          "srt://127.0.0.1:" + std::to_string(taken) + "?mode=listener",
                          std::string("srt://no-such-host.invalid:9000?mode=caller")}) {
    const auto id = wyvern.channel({{"output_config", {{"url", url}, {"passphrase", secret}}}});
    said += post(channels + "/" + id + "/start").text;
    said += get(channels + "/" + id).text;
    said += post(channels + "/" + id + "/stop").text;
    said += get(channels + "/" + id).text;
  }
  ::close(holder);
  said += wyvern.log();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(wyvern.folder() / "state")) {
    if (entry.path().extension() != ".log") continue;
    std::ifstream log(entry.path());
    said.append(std::istreambuf_iterator<char>(log), {});
  }
  const auto port = static_cast<std::uint16_t>(std::stoi(wyvern.root().substr(wyvern.root().rfind(':') + 1)));
  RawClient events(port);
  events.send("GET /api/v1/events?after=0 HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + wyvern.token() + "\r\n\r\n");
  wyvern.channel({{"name", "the last event"}});
  said += events.read_until("the last event");
  EXPECT_EQ(said.find("correct horse"), std::string::npos) << said;
  EXPECT_EQ(said.find("correct%20horse"), std::string::npos) << said;
}

TEST_F(Channels, OfAnUnknownVideoFormatAreRefusedNamingTheKnownOnes) {
  const auto answer = post(channels, {{"name", "x"}, {"video_format", "8k"}});
  ASSERT_TRUE(refused(answer, 400, "playout.video_format"));
  EXPECT_NE(answer.body["error"].get<std::string>().find("1080p"), std::string::npos);
}

TEST_F(Channels, RefuseAFieldThatTheSchemaDoesNotKnow) {
  const auto answer = post(channels, {{"name", "x"}, {"colour", "red"}});
  ASSERT_TRUE(answered(answer, 400));
  EXPECT_NE(answer.body["error"].get<std::string>().find("colour"), std::string::npos) << answer.text;
}

TEST_F(Channels, WithAnIdThatIsNoUuidAre400AndUnknownOnesAre404) {
  EXPECT_TRUE(answered(get(channels + "/seven"), 400));
  EXPECT_TRUE(refused(get(channels + "/" + unknown_id), 404, "playout.channel_not_found"));
  EXPECT_TRUE(answered(patch(channels + "/seven", {{"name", "x"}}), 400));
  EXPECT_TRUE(answered(remove(channels + "/" + unknown_id), 404));
  EXPECT_TRUE(answered(post(channels + "/" + unknown_id + "/start"), 404));
}

TEST_F(Channels, AreChangedWhileStopped) {
  const auto id = wyvern.channel();
  const auto changed = patch(channels + "/" + id, {{"name", "Renamed"}, {"video_format", "720p2500"}});
  ASSERT_TRUE(answered(changed, 200));
  EXPECT_EQ(changed.body["name"], "Renamed");
  EXPECT_EQ(get(channels + "/" + id).body["video_format"], "720p2500");
}

TEST_F(Channels, StayUnchangedByAnEmptyPatch) {
  const auto id = wyvern.channel();
  const auto before = get(channels + "/" + id).body;
  const auto after = patch(channels + "/" + id, Json::object());
  ASSERT_TRUE(answered(after, 200));
  EXPECT_EQ(after.body, before);
}

TEST_F(Channels, AreDeletedWithTheirPlaylists) {
  const auto id = wyvern.channel();
  const auto playlist = post("/playout/playlists", {{"channel_id", id}, {"name", "x"}}).body["id"].get<std::string>();
  const auto deleted = remove(channels + "/" + id);
  ASSERT_TRUE(answered(deleted, 200));
  EXPECT_EQ(deleted.body, (Json{{"deleted", true}}));
  EXPECT_TRUE(answered(get(channels + "/" + id), 404));
  EXPECT_TRUE(answered(get("/playout/playlists/" + playlist + "/items"), 404));
}

TEST_F(Channels, ThatAreStoppedSaySoInTheirStatus) {
  const auto id = wyvern.channel();
  const auto status = get(channels + "/" + id + "/status");
  ASSERT_TRUE(answered(status, 200));
  EXPECT_EQ(status.body, (Json{{"running", false}, {"status", "stopped"}}));
}

TEST_F(Channels, StopIsIdempotent) {
  const auto id = wyvern.channel();
  for (int i = 0; i < 2; ++i) {
    const auto stopped = post(channels + "/" + id + "/stop");
    ASSERT_TRUE(answered(stopped, 200));
    EXPECT_EQ(stopped.body["status"], "stopped");
  }
}

TEST_F(Channels, RefuseTransportWhileStopped) {
  const auto id = wyvern.channel();
  for (const auto* action : {"pause", "resume", "skip", "stop-playback"}) {
    EXPECT_TRUE(refused(post(channels + "/" + id + "/" + action), 409, "playout.not_running")) << action;
  }
  EXPECT_TRUE(refused(post(channels + "/" + id + "/play", {{"playlist_id", unknown_id}}), 409, "playout.not_running"));
}

TEST_F(Channels, StartAnswersWithTheRunningChannelAndStopTakesItsWorkerAway) {
  const auto id = wyvern.channel();
  const auto started = post(channels + "/" + id + "/start");
  ASSERT_TRUE(answered(started, 200)) << wyvern.log();
  EXPECT_EQ(started.body["status"], "running");
  EXPECT_TRUE(started.body["container_id"].is_string());
  EXPECT_TRUE(refused(post(channels + "/" + id + "/start"), 409, "playout.channel_busy"));
  EXPECT_TRUE(refused(patch(channels + "/" + id, {{"name", "x"}}), 409, "playout.channel_busy"));
  EXPECT_TRUE(refused(remove(channels + "/" + id), 409, "playout.channel_busy"));
  const auto status = get(channels + "/" + id + "/status");
  ASSERT_TRUE(answered(status, 200));
  EXPECT_EQ(status.body["running"], true);
  EXPECT_TRUE(status.body["engine"].is_object()) << status.text;
  EXPECT_NE(wyvern.worker_pid(id), 0);

  const auto stopped = post(channels + "/" + id + "/stop");
  ASSERT_TRUE(answered(stopped, 200));
  EXPECT_EQ(stopped.body["status"], "stopped");
  EXPECT_EQ(stopped.body["container_id"], nullptr);
  EXPECT_EQ(wyvern.worker_pid(id), 0);
}

TEST_F(Channels, ThatClaimTheSamePortNameTheHolder) {
  const int port = free_port();
  const Json output = {{"url", "srt://127.0.0.1:" + std::to_string(port) + "?mode=listener"}};
  const auto holder = wyvern.channel({{"name", "Holder"}, {"output_config", output}});
  const auto other = wyvern.channel({{"name", "Other"}, {"output_config", output}});
  ASSERT_TRUE(answered(post(channels + "/" + holder + "/start"), 200)) << wyvern.log();
  const auto answer = post(channels + "/" + other + "/start");
  ASSERT_TRUE(refused(answer, 409, "claim.held"));
  EXPECT_NE(answer.body["error"].get<std::string>().find("Holder"), std::string::npos) << answer.text;
  EXPECT_EQ(get(channels + "/" + other).body["status"], "stopped");
  ASSERT_TRUE(answered(post(channels + "/" + holder + "/stop"), 200));
  EXPECT_TRUE(answered(post(channels + "/" + other + "/start"), 200)) << wyvern.log();
}

TEST_F(Channels, WhoseWorkerCannotStartEndInErrorWithTheReasonAndNothingLeftRunning) {
  const auto id = wyvern.channel();
  // The worker's folder cannot be made: a file has its name.
  std::filesystem::create_directories(wyvern.folder() / "state" / "playout");
  const auto blocked = wyvern.folder() / "state" / "playout" / id;
  ASSERT_EQ(std::system(("touch '" + blocked.string() + "'").c_str()), 0);
  const auto answer = post(channels + "/" + id + "/start");
  ASSERT_TRUE(answered(answer, 500));
  const auto channel = get(channels + "/" + id).body;
  EXPECT_EQ(channel["status"], "error");
  EXPECT_NE(channel["error_message"].get<std::string>().find(blocked.string()), std::string::npos) << channel;
  EXPECT_EQ(wyvern.worker_pid(id), 0);
  EXPECT_TRUE(answered(patch(channels + "/" + id, {{"name", "Renamed in error"}}), 200));
  std::filesystem::remove(blocked);
  EXPECT_TRUE(answered(post(channels + "/" + id + "/start"), 200)) << wyvern.log();
}

}  // namespace
}  // namespace wyvern::test
