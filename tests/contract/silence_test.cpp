// A worker process that lives and does not answer.
#include <gmock/gmock.h>
#include <signal.h>

#include "contract.hpp"

namespace wyvern::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(Silence, AStoppedWorkerProcessIsReplacedAndTheAsRunShowsTheLoss) {
  Deployment::Options options;
  options.sections = {{"playout", {{"worker_silence_ms", 2000}}}};
  Deployment wyvern(options);
  const auto id = wyvern.channel();
  const std::string path = "/playout/channels/" + id;
  ASSERT_EQ(wyvern.call("POST", path + "/start").status, 200) << wyvern.log();
  const pid_t stopped = wyvern.worker_pid(id);
  ASSERT_EQ(::kill(stopped, SIGSTOP), 0);
  ASSERT_TRUE(await([&] {
    const Json channel = wyvern.call("GET", path).body;
    return channel["restart_count"] == 1 && channel["status"] == "running";
  })) << wyvern.log();
  EXPECT_NE(wyvern.worker_pid(id), stopped);
  EXPECT_EQ(::kill(stopped, 0), -1) << "the stopped worker is still there";
  EXPECT_THAT(wyvern.log(), HasSubstr("did not answer within 2000 ms"));
  ASSERT_TRUE(await([&] { return !wyvern.call("GET", path + "/asrun").body.empty(); }));
  std::vector<std::string> results;
  for (const auto& row : wyvern.call("GET", path + "/asrun").body) results.push_back(row["result"]);
  EXPECT_THAT(results, Contains("loss"));
}

}  // namespace
}  // namespace wyvern::test
