#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "runtime_client.hpp"

namespace wyvern::test {

namespace {

// A controller in a process of its own, killed when it is told to be.
class OtherController {
 public:
  // `body` runs with a started runtime, and tells lines through `told`.
  OtherController(const std::string& state_dir, const std::function<void(RuntimeClient&)>& body) : pid_(fork()) {
    if (pid_ != 0) return;
    const auto instance = runtime_instance(state_dir);
    instance->run();
    RuntimeClient runtime(*instance);
    body(runtime);
    for (;;) pause();
  }
  ~OtherController() { kill_it(); }
  void kill_it() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }

 private:
  pid_t pid_;
};

std::set<pid_t> processes_with(const std::string& argument) {
  std::set<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "cmdline");
    const std::string arguments{std::istreambuf_iterator<char>(file), {}};
    if (arguments.find(argument) != std::string::npos && runs(std::stoi(name))) found.insert(std::stoi(name));
  }
  return found;
}

}  // namespace

class ProcessAdoption : public ProcessRuntimeTest {
 protected:
  std::string other_dir() const { return folder_ / "other"; }

  NamedPipe told_{folder_ / "told"};  // by the other controller; its workloads use the other pipe
};

TEST_F(ProcessAdoption, Workloads_outlive_a_stop_and_are_adopted_by_the_next_start) {
  const auto workload = runtime_->start(shell("a", "exec sleep 1000")).or_throw();
  ASSERT_TRUE(instance_->stop().ok());
  EXPECT_TRUE(runs(workload["pid"]));
  instance_->run();
  EXPECT_EQ(runtime_->list().or_throw(), Json::array({workload}));
  EXPECT_EQ(error_of(runtime_->start(shell("a", "true"))).code, "runtime.already_running");
  ASSERT_TRUE(runtime_->stop(workload["handle"]).ok());
  EXPECT_FALSE(runs(workload["pid"]));
}

TEST_F(ProcessAdoption, Workloads_outlive_a_killed_controller_and_are_watched_by_the_next) {
  OtherController other(other_dir(), [&](RuntimeClient& runtime) {
    const auto workload = runtime.start(shell("a", "sleep 1000 & echo $! > '" + pipe_.path() + "'; wait")).or_throw();
    std::ofstream(told_.path()) << workload.dump() << std::endl;
  });
  const pid_t child = std::stoi(pipe_.line());
  const auto workload = Json::parse(told_.line());
  other.kill_it();
  EXPECT_TRUE(runs(workload["pid"]));

  const auto next = runtime_instance(other_dir());
  next->run();
  RuntimeClient runtime(*next);
  ASSERT_TRUE(runtime.listen(changes_.listener()).ok());
  EXPECT_EQ(runtime.list().or_throw(), Json::array({workload}));
  EXPECT_EQ(changes_.count(), 0U);
  ::kill(workload["pid"], SIGKILL);
  const auto ended = changes_.await(workload["handle"]);
  EXPECT_EQ(ended["state"], "exited");
  EXPECT_TRUE(ended["exit_code"].is_null());
  EXPECT_TRUE(ended["signal"].is_null());
  EXPECT_FALSE(runs(child));
}

TEST_F(ProcessAdoption, An_adopted_workload_is_stopped_with_its_children) {
  OtherController other(other_dir(), [&](RuntimeClient& runtime) {
    const auto workload =
        runtime.start(shell("a", "trap '' TERM; sleep 1000 & echo $! > '" + pipe_.path() + "'; sleep 1000")).or_throw();
    std::ofstream(told_.path()) << workload.dump() << std::endl;
  });
  const pid_t child = std::stoi(pipe_.line());
  const auto workload = Json::parse(told_.line());
  other.kill_it();
  const auto next = runtime_instance(other_dir());
  next->run();
  ASSERT_TRUE(RuntimeClient(*next).stop(workload["handle"], 50).ok());
  EXPECT_FALSE(runs(workload["pid"]));
  EXPECT_FALSE(runs(child));
}

TEST_F(ProcessAdoption, One_that_ended_while_no_controller_ran_is_told_as_ended_and_what_it_left_is_killed) {
  OtherController other(other_dir(), [&](RuntimeClient& runtime) {
    const auto workload = runtime.start(shell("a", "sleep 1000 & echo $! > '" + pipe_.path() + "'; wait")).or_throw();
    std::ofstream(told_.path()) << workload.dump() << std::endl;
  });
  const pid_t child = std::stoi(pipe_.line());
  const auto workload = Json::parse(told_.line());
  other.kill_it();
  ::kill(workload["pid"], SIGKILL);
  const std::string process = "/proc/" + std::to_string(workload["pid"].get<pid_t>());
  while (std::filesystem::exists(process)) std::this_thread::yield();  // until the system has reaped it
  EXPECT_TRUE(runs(child));
  const auto next = runtime_instance(other_dir());
  next->run();
  const auto listed = RuntimeClient(*next).list().or_throw();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["state"], "exited");
  EXPECT_TRUE(listed[0]["exit_code"].is_null());
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (runs(child) && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_FALSE(runs(child));
}

// A controller that starts workloads one after the other is killed at any moment: whatever runs then is on record.
TEST_F(ProcessAdoption, At_no_moment_does_a_killed_controller_leave_a_process_that_is_not_on_record) {
  std::mt19937 random(20'26);
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE(round);
    const std::string marker = "86400." + std::to_string(getpid()) + std::to_string(round);
    const std::string state = folder_ / ("round" + std::to_string(round));
    OtherController other(state, [&](RuntimeClient& runtime) {
      for (int i = 0;; ++i) {
        if (i == 2) std::ofstream(pipe_.path()) << "running" << std::endl;
        Json spec = {{"labels", {{"wyvern.kind", "test"}, {"wyvern.id", std::to_string(i)}, {"wyvern.epoch", "1"}}},
                     {"argv", {"/bin/sleep", marker}}};
        (void)runtime.start(spec);
      }
    });
    EXPECT_EQ(pipe_.line(), "running");
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 8000));  // the moment of the fault
    other.kill_it();
    const auto next = runtime_instance(state);
    next->run();
    RuntimeClient runtime(*next);
    std::set<pid_t> recorded;
    for (const auto& workload : runtime.list().or_throw())
      if (workload["state"] == "running") recorded.insert(workload["pid"].get<pid_t>());
    for (const pid_t pid : processes_with(marker)) EXPECT_TRUE(recorded.contains(pid)) << pid;
    EXPECT_GE(recorded.size(), 2U);
    for (const auto& workload : runtime.list().or_throw()) EXPECT_TRUE(runtime.stop(workload["handle"], 0).ok());
    EXPECT_TRUE(processes_with(marker).empty());
  }
}

}  // namespace wyvern::test
