#include <signal.h>

#include "runtime_client.hpp"

namespace wyvern::test {

using namespace std::chrono_literals;

class ProcessStopping : public ProcessRuntimeTest {
 protected:
  std::string say(const std::string& what) const { return "echo " + what + " > '" + pipe_.path() + "'; "; }
};

TEST_F(ProcessStopping, An_end_is_told_with_the_exit_code) {
  const auto ended = run(shell("a", "exit 7"));
  EXPECT_EQ(ended["state"], "exited");
  EXPECT_EQ(ended["exit_code"], 7);
  EXPECT_EQ(ended["signal"], 0);
  EXPECT_GE(ended["ended_us"], ended["started_us"]);
  EXPECT_EQ(runtime_->list().or_throw()[0], ended);
}

TEST_F(ProcessStopping, An_end_by_a_signal_is_told_with_the_signal) {
  const auto ended = run(shell("a", "kill -SEGV $$"));
  EXPECT_EQ(ended["signal"], SIGSEGV);
  EXPECT_TRUE(ended["exit_code"].is_null());
}

TEST_F(ProcessStopping, A_workload_that_is_asked_may_end_in_its_own_way) {
  const std::string handle =
      runtime_->start(shell("a", "trap 'echo bye; exit 3' TERM; " + say("ready") + "while :; do sleep 1; done"))
          .or_throw()["handle"];
  EXPECT_EQ(pipe_.line(), "ready");
  ASSERT_TRUE(runtime_->stop(handle).ok());
  EXPECT_EQ(changes_.await(handle)["exit_code"], 3);
  EXPECT_TRUE(runtime_->logs(handle).or_throw().ends_with("bye\n"));
}

TEST_F(ProcessStopping, One_that_does_not_listen_is_killed_after_its_grace) {
  const std::string handle =
      runtime_->start(shell("a", "trap '' TERM; " + say("ready") + "while :; do sleep 1; done")).or_throw()["handle"];
  EXPECT_EQ(pipe_.line(), "ready");
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(runtime_->stop(handle, 200).ok());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 200ms);
  EXPECT_EQ(changes_.await(handle)["signal"], SIGKILL);
}

TEST_F(ProcessStopping, A_frozen_one_is_killed_too) {
  const auto workload = runtime_->start(shell("a", say("ready") + "exec sleep 1000")).or_throw();
  EXPECT_EQ(pipe_.line(), "ready");
  ::kill(workload["pid"], SIGSTOP);
  ASSERT_TRUE(runtime_->stop(workload["handle"], 50).ok());
  EXPECT_FALSE(runs(workload["pid"]));
}

TEST_F(ProcessStopping, A_deadline_before_the_grace_ends_is_a_timeout_and_the_workload_may_still_go) {
  const std::string handle =
      runtime_->start(shell("a", "trap '' TERM; " + say("ready") + "while :; do sleep 1; done")).or_throw()["handle"];
  EXPECT_EQ(pipe_.line(), "ready");
  EXPECT_EQ(error_of(runtime_->stop(handle, 60'000, 100ms)).status, WYV_TIMEOUT);
  EXPECT_EQ(runtime_->list().or_throw()[0]["state"], "running");
  ASSERT_TRUE(runtime_->stop(handle, 0).ok());
}

TEST_F(ProcessStopping, Its_children_end_with_it_those_in_groups_of_their_own_too) {
  const auto workload =
      runtime_
          ->start(shell("a", "set -m; trap '' TERM; sleep 1000 & " + say("$!") + "sh -c 'trap \"\" TERM; " +
                                 "echo $$ > " + pipe_.path() + "; while :; do sleep 1; done' & wait; sleep 1000"))
          .or_throw();
  const pid_t first = std::stoi(pipe_.line());
  const pid_t second = std::stoi(pipe_.line());
  EXPECT_TRUE(runs(second));
  ASSERT_TRUE(runtime_->stop(workload["handle"], 50).ok());
  for (const pid_t pid : {workload["pid"].get<pid_t>(), first, second}) EXPECT_FALSE(runs(pid));
}

TEST_F(ProcessStopping, When_its_leader_is_killed_the_rest_is_killed) {
  const auto workload = runtime_->start(shell("a", "sleep 1000 & " + say("$!") + "wait")).or_throw();
  const pid_t child = std::stoi(pipe_.line());
  ::kill(workload["pid"], SIGKILL);
  EXPECT_EQ(changes_.await(workload["handle"])["signal"], SIGKILL);
  EXPECT_FALSE(runs(child));
}

TEST_F(ProcessStopping, Stopping_what_has_ended_is_no_fault_and_an_unknown_handle_is) {
  const std::string handle = run(shell("a", "true"))["handle"];
  EXPECT_TRUE(runtime_->stop(handle).ok());
  EXPECT_TRUE(runtime_->stop(handle).ok());
  EXPECT_EQ(error_of(runtime_->stop("p-0")).status, WYV_NOT_FOUND);
  EXPECT_EQ(error_of(runtime_->stop("../../etc")).status, WYV_NOT_FOUND);
}

TEST_F(ProcessStopping, A_workload_is_forgotten_once_it_has_ended_and_not_before) {
  const std::string handle = runtime_->start(shell("a", "exec sleep 1000")).or_throw()["handle"];
  EXPECT_EQ(error_of(runtime_->remove(handle)).status, WYV_WRONG_STATE);
  ASSERT_TRUE(runtime_->stop(handle).ok());
  ASSERT_TRUE(runtime_->remove(handle).ok());
  EXPECT_EQ(folders_of_workloads(), 0U);
  EXPECT_EQ(error_of(runtime_->remove(handle)).status, WYV_NOT_FOUND);
  EXPECT_EQ(error_of(runtime_->stop(handle)).status, WYV_NOT_FOUND);
  EXPECT_EQ(error_of(runtime_->logs(handle)).status, WYV_NOT_FOUND);
}

TEST_F(ProcessStopping, Lists_hold_those_that_have_every_label) {
  (void)runtime_->start(shell("a", "exec sleep 1000")).or_throw();
  (void)runtime_->start(shell("b", "exec sleep 1000")).or_throw();
  EXPECT_EQ(runtime_->list().or_throw().size(), 2U);
  EXPECT_EQ(runtime_->list({{"wyvern.kind", "test"}}).or_throw().size(), 2U);
  const auto found = runtime_->list({{"wyvern.kind", "test"}, {"wyvern.id", "b"}}).or_throw();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["labels"]["wyvern.id"], "b");
  EXPECT_TRUE(runtime_->list({{"wyvern.id", "c"}}).or_throw().empty());
  EXPECT_EQ(error_of(runtime_->list(Json::array())).status, WYV_INVALID);
}

TEST_F(ProcessStopping, A_listener_that_was_removed_is_told_nothing_more) {
  ASSERT_TRUE(runtime_->listen(nullptr).ok());
  const std::string handle = runtime_->start(shell("a", "exec sleep 1000")).or_throw()["handle"];
  ASSERT_TRUE(runtime_->stop(handle).ok());
  EXPECT_EQ(changes_.count(), 0U);
}

}  // namespace wyvern::test
