// A call's request id and trace, followed from the client's headers to the worker's log and back.
#include <gmock/gmock.h>

#include <signal.h>

#include <fstream>
#include <map>
#include <sstream>

#include "contract.hpp"

namespace wyvern::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string trace_id = "0af7651916cd43dd8448eb211c80319c";
const std::string parent = "traceparent: 00-" + trace_id + "-b7ad6b7169203331-01";

// The lines of a log that name the trace, by what they say.
std::map<std::string, Json> lines_of(const std::string& log, const std::string& trace) {
  std::map<std::string, Json> found;
  std::istringstream lines(log);
  for (std::string text; std::getline(lines, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (line.is_object() && line.value("trace_id", "") == trace) found.emplace(line["message"], line);
  }
  return found;
}

class Trace : public Contract {
 protected:
  Answer traced(const std::string& path, const std::string& request_id) const {
    return wyvern.call_with(wyvern.token(), "POST", path, "{}", {parent, "X-Request-Id: " + request_id});
  }
};

TEST_F(Trace, OfAStartAndAStopIsInTheLinesOfTheControllerAndOfTheWorker) {
  const auto id = wyvern.channel();
  const auto started = traced("/playout/channels/" + id + "/start", "start-1");
  ASSERT_TRUE(answered(started, 200));
  EXPECT_EQ(started.headers.at("x-request-id"), "start-1");
  ASSERT_TRUE(wyvern.logged("a channel is on air"));
  auto here = lines_of(wyvern.log(), trace_id);
  for (const std::string message : {"starting a channel's worker", "a channel is on air"}) {
    ASSERT_TRUE(here.contains(message)) << wyvern.log();
    EXPECT_EQ(here[message]["request_id"], "start-1");
  }
  ASSERT_TRUE(await([&] { return lines_of(wyvern.worker_log(id), trace_id).contains("on air"); }))
      << wyvern.worker_log(id);
  EXPECT_EQ(lines_of(wyvern.worker_log(id), trace_id)["on air"]["request_id"], "start-1");

  ASSERT_TRUE(answered(traced("/playout/channels/" + id + "/transport-that-is-none", "odd"), 404));
  ASSERT_TRUE(answered(traced("/playout/channels/" + id + "/stop", "stop-1"), 200));
  EXPECT_EQ(lines_of(wyvern.log(), trace_id)["a channel has left the air"]["request_id"], "stop-1");
  const auto there = lines_of(wyvern.worker_log(id), trace_id);
  ASSERT_TRUE(there.contains("told by its controller")) << wyvern.worker_log(id);
  EXPECT_EQ(there.at("told by its controller")["request_id"], "stop-1");
}

TEST_F(Trace, OfATransportCallReachesTheWorkerAndItsErrorsNameTheRequest) {
  const auto id = wyvern.channel();
  ASSERT_TRUE(answered(post("/playout/channels/" + id + "/start"), 200));
  // Nothing plays, which the worker says.
  const auto skipped = traced("/playout/channels/" + id + "/skip", "skip-1");
  EXPECT_GE(skipped.status, 400);
  EXPECT_EQ(skipped.body["request_id"], "skip-1");
  EXPECT_EQ(skipped.headers.at("x-request-id"), "skip-1");
}

TEST_F(Trace, ThatIsNotSoundIsReplacedByANewOne) {
  const auto id = wyvern.channel();
  ASSERT_TRUE(answered(wyvern.call_with(wyvern.token(), "POST", "/playout/channels/" + id + "/start", "{}",
                                        {"traceparent: 00-" + trace_id + "-0000000000000000-01"}),
                       200));
  ASSERT_TRUE(wyvern.logged("a channel is on air"));
  EXPECT_THAT(wyvern.log(), Not(HasSubstr(trace_id)));
  EXPECT_THAT(wyvern.log(), HasSubstr("\"trace_id\""));
}

TEST_F(Trace, OfARestartThatNobodyAskedForIsTheReconcilersOwn) {
  const auto id = wyvern.channel();
  ASSERT_TRUE(answered(traced("/playout/channels/" + id + "/start", "start-1"), 200));
  const pid_t worker = wyvern.worker_pid(id);
  ASSERT_EQ(::kill(worker, SIGKILL), 0);
  ASSERT_TRUE(wyvern.logged("restarting a channel's worker", std::chrono::seconds(20)));
  EXPECT_FALSE(lines_of(wyvern.log(), trace_id).contains("restarting a channel's worker")) << wyvern.log();
  EXPECT_THAT(wyvern.log(), HasSubstr("\"request_id\":\"reconciler-"));
}

TEST_F(Trace, OfACallIsKeptByTheJobThatItAskedFor) {
  wyvern.make_clip("clip.mp4", 0.2);
  std::ofstream(wyvern.library() / "broken.mp4") << "these are words";
  const auto made = wyvern.call_with(wyvern.token(), "POST", "/assets", R"({"key": "broken.mp4"})",
                                     {parent, "X-Request-Id: asset-1"});
  ASSERT_TRUE(answered(made, 201));
  ASSERT_TRUE(await([&] { return !lines_of(wyvern.log(), trace_id).empty(); })) << wyvern.log();
  EXPECT_EQ(lines_of(wyvern.log(), trace_id).begin()->second["request_id"], "asset-1");
}

TEST_F(Trace, OfWhatNeverReachesAnOperationIsNamedByTheErrorToo) {
  const auto answer = wyvern.call_with(wyvern.token(), "GET", "/no/such/path", "", {"X-Request-Id: odd-1"});
  EXPECT_TRUE(refused(answer, 404, "http.not_found"));
  EXPECT_EQ(answer.body["request_id"], "odd-1");
}

}  // namespace
}  // namespace wyvern::test
