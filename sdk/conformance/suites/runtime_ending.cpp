// Runtimes: how workloads end, what is known of them then, and that they outlive their starter.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "suites/runtime_workloads.hpp"

namespace wyvern::conformance {
namespace {

using namespace std::chrono_literals;

// Handles that no runtime gives; some are paths, for those that make one of it.
constexpr std::string_view unknown[] = {"no-such-workload", "", ".", "..", "../..", "/"};

::testing::AssertionResult has_line(const std::string& log, const std::string& line) {
  if (("\n" + log).find("\n" + line + "\n") != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "the workload printed '" << log << "' and not '" << line << "'";
}

TEST_F(Runtime, SeesTheExitCode) {
  const auto ended = calls.await_end(begin("a", "exit 7"));
  ASSERT_TRUE(ended.is_object());
  EXPECT_EQ(ended.value("exit_code", Json()), 7) << ended.dump();
}

TEST_F(Runtime, SeesTheSignal) {
  const auto handle = begin("a", std::string("trap '' INT TERM; echo ready; ") + lingers);
  calls.await_log(handle, "ready");
  if (!calls.stop(handle).ok()) GTEST_SKIP() << "it does not stop it";
  const auto ended = calls.await_end(handle);
  ASSERT_TRUE(ended.is_object());
  const auto signal = ended.value("signal", Json());
  EXPECT_TRUE(signal.is_null() || signal == SIGKILL) << ended.dump() << ": 9, or null where it cannot be known";
  EXPECT_NE(ended.value("exit_code", Json()), 0) << ended.dump();
}

TEST_F(Runtime, SaysWhenItEnded) {
  const auto ended = calls.await_end(begin("a", "exit 0"));
  ASSERT_TRUE(ended.is_object() && ended.contains("ended_us") && ended["ended_us"].is_number_integer()) << ended.dump();
  EXPECT_GE(ended["ended_us"].get<std::int64_t>(), ended.value("started_us", std::int64_t{0}));
}

TEST_F(Runtime, HasEndedWhatItStops) {
  const auto handle = begin("a", lingers);
  ASSERT_TRUE(is_ok(calls.stop(handle)));
  const auto workload = calls.find(handle);
  ASSERT_TRUE(workload.is_object()) << "it stays in the list until it is removed";
  EXPECT_EQ(workload.value("state", ""), "exited") << "when stop came back";
}

TEST_F(Runtime, StopsWhatHasEnded) {
  const auto handle = begin("a", "exit 0");
  calls.await_end(handle);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_ok(calls.stop(handle))) << "of time " << i;
}

TEST_F(Runtime, AsksBeforeItKills) {
  const auto handle = begin("a", std::string("trap 'echo asked; exit 0' TERM; echo ready; ") + lingers);
  calls.await_log(handle, "ready");
  (void)calls.stop(handle, 3000);
  const auto log = calls.logs(handle).text;
  if (log.find("ready") == std::string::npos) GTEST_SKIP() << "it has no log when it has ended";
  EXPECT_TRUE(has_line(log, "asked")) << "which it prints on a SIGTERM";
}

TEST_F(Runtime, WaitsForItsGrace) {
  const auto handle = begin("a", std::string("trap 'sleep 0.5; echo done; exit 0' INT TERM; echo ready; ") + lingers);
  calls.await_log(handle, "ready");
  (void)calls.stop(handle, 3000);
  const auto log = calls.logs(handle).text;
  if (log.find("ready") == std::string::npos) GTEST_SKIP() << "it has no log when it has ended";
  EXPECT_TRUE(has_line(log, "done")) << "which it prints half a second after it was asked; its grace are three";
}

TEST_F(Runtime, WaitsNoLongerThanItLives) {
  const auto handle = begin("a", std::string("trap 'exit 0' TERM; echo ready; ") + lingers);
  calls.await_log(handle, "ready");
  const auto outcome = calls.stop(handle, 8000);
  EXPECT_LT(outcome.took, 6s) << "it ended when it was asked; its grace are 8 s";
}

TEST_F(Runtime, KillsWhatDoesNotListen) {
  const auto handle = begin("a", std::string("trap '' INT TERM; echo ready; ") + lingers);
  calls.await_log(handle, "ready");
  EXPECT_TRUE(is_ok(calls.stop(handle, 200, {.timeout = 4s})));
}

TEST_F(Runtime, KillsItsChildrenToo) {
  const auto handle = begin("a", "(i=0; while [ $i -lt 400 ]; do echo $i; sleep 0.05; i=$((i+1)); done) & wait");
  calls.await_log(handle, "1\n");
  if (!calls.stop(handle).ok()) GTEST_SKIP() << "it does not stop it";
  const auto then = calls.logs(handle).text;
  const auto until = std::chrono::steady_clock::now() + 300ms;
  auto now = then;
  while (now == then && std::chrono::steady_clock::now() < until) now = calls.logs(handle).text;
  EXPECT_EQ(now, then) << "a child of a workload that was stopped goes on printing";
}

TEST_F(Runtime, StopsUntilItsDeadline) {
  const auto handle = begin("a", std::string("trap '' INT TERM; echo ready; ") + lingers);
  calls.await_log(handle, "ready");
  const auto outcome = calls.stop(handle, 60'000, {.timeout = 100ms});
  EXPECT_TRUE(outcome.ok() || outcome.status == WYV_TIMEOUT) << to_string(outcome);
  EXPECT_LT(outcome.took, 1100ms);
}

TEST_F(Runtime, StopsNothingUnknown) {
  for (const auto handle : unknown) EXPECT_TRUE(is(WYV_NOT_FOUND, calls.stop(handle))) << "'" << handle << "'";
}
TEST_F(Runtime, RemovesNothingUnknown) {
  for (const auto handle : unknown) EXPECT_TRUE(is(WYV_NOT_FOUND, calls.remove(handle))) << "'" << handle << "'";
}
TEST_F(Runtime, HasNoLogOfTheUnknown) {
  for (const auto handle : unknown) EXPECT_TRUE(is(WYV_NOT_FOUND, calls.logs(handle).outcome)) << "'" << handle << "'";
}

TEST_F(Runtime, RefusesToRemoveWhatRuns) { EXPECT_TRUE(is(WYV_WRONG_STATE, calls.remove(begin("a", lingers)))); }

TEST_F(Runtime, ForgetsWhatIsRemoved) {
  const auto handle = begin("a", "exit 0");
  calls.await_end(handle);
  ASSERT_TRUE(is_ok(calls.remove(handle)));
  EXPECT_TRUE(calls.find(handle).is_null()) << "in the list";
}

TEST_F(Runtime, KeepsTheLogInOrder) {
  std::string expected;
  for (int i = 0; i < 300; ++i) expected += "line " + std::to_string(i) + "\n";
  EXPECT_EQ(printed_by(shell("a", "i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done")), expected);
}

TEST_F(Runtime, KeepsTheErrorsInTheLog) {
  EXPECT_TRUE(has_line(printed_by(shell("a", "echo to the errors >&2")), "to the errors"));
}

TEST_F(Runtime, GivesTheEndOfTheLog) {
  const auto handle = begin("a", std::string("printf 0123456789; ") + lingers);
  calls.await_log(handle, "89");
  EXPECT_EQ(calls.logs(handle, 4).text, "6789");
  EXPECT_EQ(calls.logs(handle, 0).text, "");
}

TEST_F(Runtime, KeepsTheLogWhenItHasEnded) {
  const auto handle = begin("a", "echo last words");
  calls.await_end(handle);
  EXPECT_EQ(calls.logs(handle).text, "last words\n");
}

TEST_F(Runtime, TellsItsListenerOfAnEnd) {
  Told told;
  ASSERT_TRUE(is_ok(calls.listen(told.listener())));
  EXPECT_TRUE(told.await_end(begin("a", "exit 0")).is_object()) << "nothing was told of a workload that has ended";
  ASSERT_TRUE(is_ok(calls.listen(nullptr)));
}

TEST_F(Runtime, TellsAnEndOnce) {
  Told told;
  ASSERT_TRUE(is_ok(calls.listen(told.listener())));
  const auto first = begin("a", "exit 0");
  if (told.await_end(first).is_null()) GTEST_SKIP() << "it tells nothing";
  told.await_end(begin("b", "exit 0"));  // whatever is told of the first was told before, or never
  ASSERT_TRUE(is_ok(calls.listen(nullptr)));
  EXPECT_LE(told.ends_of(first), 1);
}

TEST_F(Runtime, TellsWhatTheListSays) {
  Told told;
  ASSERT_TRUE(is_ok(calls.listen(told.listener())));
  const auto handle = begin("a", "exit 7");
  const auto workload = told.await_end(handle);
  ASSERT_TRUE(is_ok(calls.listen(nullptr)));
  if (workload.is_null()) GTEST_SKIP() << "it tells nothing of the end";
  EXPECT_EQ(workload, calls.await_end(handle));
}

TEST_F(Runtime, TellsNobodyAfterwards) {
  Told told;
  ASSERT_TRUE(is_ok(calls.listen(told.listener())));
  const auto handle = begin("a", lingers);
  ASSERT_TRUE(is_ok(calls.listen(nullptr)));
  (void)calls.stop(handle);
  calls.await_end(handle);
  EXPECT_TRUE(told.await_end(handle, 300ms).is_null()) << "an end was told to a listener that was taken away";
}

TEST_F(Runtime, TellsOneListenerOnly) {
  Told first;
  Told second;
  ASSERT_TRUE(is_ok(calls.listen(first.listener())));
  ASSERT_TRUE(is_ok(calls.listen(second.listener())));
  const auto handle = begin("a", "exit 0");
  second.await_end(handle);
  ASSERT_TRUE(is_ok(calls.listen(nullptr)));
  EXPECT_EQ(first.ends_of(handle), 0) << "told to a listener that was replaced";
}

TEST_F(Runtime, ListsWhatAnEarlierOneStarted) {
  const auto handle = begin("a", lingers);
  ASSERT_NO_FATAL_FAILURE(restart());
  EXPECT_EQ(calls.handles({{"wyvern.kind", name}, {"wyvern.id", "a"}}), std::vector<std::string>{handle});
}

TEST_F(Runtime, StopsWhatAnEarlierOneStarted) {
  const auto handle = begin("a", lingers);
  ASSERT_NO_FATAL_FAILURE(restart());
  if (calls.find(handle).is_null()) GTEST_SKIP() << "it does not list it";
  EXPECT_TRUE(is_ok(calls.stop(handle)));
}

TEST_F(Runtime, HasTheLogOfWhatAnEarlierOneStarted) {
  const auto handle = begin("a", std::string("echo first words; ") + lingers);
  calls.await_log(handle, "words");
  ASSERT_NO_FATAL_FAILURE(restart());
  if (calls.find(handle).is_null()) GTEST_SKIP() << "it does not list it";
  EXPECT_EQ(calls.logs(handle).text, "first words\n");
}

TEST_F(Runtime, LetsWorkloadsLiveOverAStop) {
  const auto handle = begin("a", lingers);
  ASSERT_NO_FATAL_FAILURE(restart());
  const auto workload = calls.find(handle);
  if (workload.is_null()) GTEST_SKIP() << "it does not list it";
  EXPECT_EQ(workload.value("state", ""), "running") << "the runtime was stopped and destroyed, not the workload";
}

// The controller is a process of its own here, which is killed.
TEST_F(Runtime, LetsWorkloadsOutliveTheController) {
  ASSERT_TRUE(is_ok(instance.stop()));
  instance.destroy();
  constexpr std::string_view counts = "i=0; while [ $i -lt 200 ]; do echo $i.; sleep 0.1; i=$((i+1)); done";
  int report[2];
  ASSERT_EQ(pipe(report), 0);
  const pid_t controller = fork();
  if (controller == 0) {
    CheckingHost own_host{{}, declared_metrics()};
    Instance own(own_host);
    std::string handle = "-";
    if (own.create().ok() && own.prepare().ok() && own.start().ok()) {
      const auto workload = RuntimeCalls(own).start(shell("a", std::string(counts))).json();
      if (workload.is_object()) handle = workload.value("handle", "-");
    }
    (void)!write(report[1], handle.data(), handle.size());
    for (;;) pause();
  }
  close(report[1]);  // so that the end of a controller that crashes is read
  char text[512];
  const auto size = read(report[0], text, sizeof text);
  kill(controller, SIGKILL);
  waitpid(controller, nullptr, 0);
  const std::string handle(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  ASSERT_TRUE(handle != "-" && !handle.empty()) << "it did not start in a process of its own";
  ASSERT_TRUE(is_ok(next.create()));
  ASSERT_TRUE(is_ok(next.prepare())) << "after the controller was killed";
  ASSERT_TRUE(is_ok(next.start()));
  calls = RuntimeCalls(next);
  if (calls.find(handle).is_null()) GTEST_SKIP() << "it does not list it";
  const auto then = calls.await_log(handle, ".");
  if (then.empty()) GTEST_SKIP() << "it has no log of it";
  const auto now = calls.await_log(handle, [&](const std::string& log) { return log.size() > then.size() + 4; });
  EXPECT_GT(now.size(), then.size() + 4) << "it prints no more; it ended with the controller that started it";
}

}  // namespace
}  // namespace wyvern::conformance
