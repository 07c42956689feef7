#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "host/timed_call.hpp"
#include "stage.hpp"

namespace wyvern::host {
namespace {

using test::Stage;
using testing::Contains;
using testing::HasSubstr;
using namespace std::chrono_literals;

// Short deadlines for the call that comes late, long ones for all else.
Deadlines only_short(std::chrono::milliseconds Deadlines::*one) {
  Deadlines deadlines{60s, 60s, 60s, 60s, 60s, 60s};
  deadlines.*one = 20ms;
  return deadlines;
}

TEST(Deadline, OfAStartThatComesLateFailsItAndStopsTheInstance) {
  Stage stage(only_short(&Deadlines::start));
  const auto up = stage.host->bring_up({Stage::actor("output", "late", {{"late_in", "start"}})});
  ASSERT_FALSE(up);
  EXPECT_EQ(up.error().status, WYV_TIMEOUT);
  EXPECT_THAT(up.error().message, HasSubstr("the output 'late' (plugin actor) failed in start"));
  EXPECT_EQ(stage.state("late"), "failed");
  EXPECT_FALSE(stage.host->stuck());
  EXPECT_THAT(stage.calls(), Contains("destroy late"));
}

TEST(Deadline, OfACreateThatComesLateStillDestroysWhatItMade) {
  // The constructor hangs on the gate until it is opened, which is after the deadline and within the grace.
  Stage stage(only_short(&Deadlines::create));
  const auto gate = stage.scratch() / "gate";
  ASSERT_EQ(::mkfifo(gate.c_str(), 0600), 0);
  std::thread opener;
  {
    std::atomic<bool> begun{false};
    opener = std::thread([&] {
      while (!begun) std::this_thread::yield();
      // The log tells when the deadline has passed.
      for (bool over = false; !over;)
        for (const auto& line : stage.lines()) over = over || line["message"].get<std::string>().ends_with("in create");
      ::close(::open(gate.c_str(), O_WRONLY | O_CLOEXEC));
    });
    begun = true;
    const auto up =
        stage.host->bring_up({Stage::actor("output", "late", {{"hang_in", "create"}, {"gate", gate.string()}})});
    opener.join();
    ASSERT_FALSE(up);
    EXPECT_EQ(up.error().code, "plugin.deadline");
  }
  EXPECT_THAT(stage.calls(), Contains("destroy late"));
}

TEST(Deadline, OfAStopThatComesLateIsReportedAndTheRestGoesOn) {
  Stage stage(only_short(&Deadlines::stop));
  ASSERT_TRUE(
      stage.host->bring_up({Stage::actor("store", "main"), Stage::actor("output", "late", {{"late_in", "stop"}})}));
  const auto down = stage.host->bring_down(60s);
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().status, WYV_TIMEOUT);
  EXPECT_THAT(stage.calls(), Contains("destroy main"));
}

TEST(Deadline, OfTheWholeCutsADrainShort) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("output", "late", {{"late_in", "drain"}})}));
  const auto down = stage.host->bring_down(20ms);
  ASSERT_FALSE(down);
  EXPECT_THAT(down.error().message, HasSubstr("in drain"));
  EXPECT_THAT(stage.calls(), Contains("destroy late"));
}

// An instance that hangs until its gate is opened, which the test does in the end: nothing is left behind.
class StuckInstance : public testing::Test {
 protected:
  StuckInstance() : stage_({60s, 60s, 20ms, 60s, 60s, 20ms}), gate_(stage_.scratch() / "gate") {
    if (::mkfifo(gate_.c_str(), 0600) != 0) throw std::runtime_error("no gate");
  }
  ~StuckInstance() override {
    ::close(::open(gate_.c_str(), O_WRONLY | O_CLOEXEC));  // waits for the one that hangs
    // The abandoned thread goes on in the plugin for a moment; the host that it holds is given up when it is done.
    stage_.host.reset();
  }
  config::InstanceConfig stuck() const {
    return Stage::actor("output", "stuck", {{"hang_in", "start"}, {"gate", gate_.string()}});
  }

  Stage stage_;
  std::filesystem::path gate_;
};

TEST_F(StuckInstance, IsReportedWithTheAdviceToRestart) {
  const auto up = stage_.host->bring_up({Stage::actor("store", "main"), stuck()});
  ASSERT_FALSE(up);
  EXPECT_EQ(up.error().code, "plugin.stuck");
  EXPECT_THAT(up.error().message, HasSubstr("only a restart of this process frees it"));
  EXPECT_TRUE(stage_.host->stuck());
  EXPECT_EQ(stage_.state("stuck"), "stuck");
  EXPECT_EQ(stage_.state("main"), "stopped");
}

TEST_F(StuckInstance, IsLeftAloneByTheShutDown) {
  ASSERT_FALSE(stage_.host->bring_up({stuck()}));
  EXPECT_TRUE(stage_.host->bring_down(60s));
  EXPECT_EQ(stage_.state("stuck"), "stuck");
}

TEST(TimedCall, GivesTheCalleeItsDeadlineAndItsReason) {
  const auto outcome = timed_call(
      60s, 60s,
      [](const wyv_context* context) {
        EXPECT_GT(context->deadline_ns, std::chrono::steady_clock::now().time_since_epoch().count());
        EXPECT_EQ(context->cancelled(context->self), 0);
        const wyv_error error{sizeof(wyv_error), WYV_CONFLICT, {"a.b", 3}, {"why", 3}, {}, 0};
        context->report(context->self, &error);
        return wyv_status{WYV_CONFLICT};
      },
      [] { FAIL(); });
  ASSERT_FALSE(outcome.result);
  EXPECT_EQ(outcome.result.error().message, "why");
  EXPECT_FALSE(outcome.stuck);
}

}  // namespace
}  // namespace wyvern::host
