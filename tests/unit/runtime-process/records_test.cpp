#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime_client.hpp"

namespace wyvern::test {

namespace fs = std::filesystem;

class ProcessRecords : public ProcessRuntimeTest {
 protected:
  std::string record_of(const std::string& handle) const {
    return state_dir() + "/workloads/" + handle + "/workload.json";
  }

  // The record of a workload that has run, changed by `change`, as a controller finds it when it starts.
  template <class Change>
  std::string doctor(const Change& change) {
    const std::string handle = run(shell("a", "true"))["handle"];
    EXPECT_TRUE(instance_->stop().ok());
    auto record = Json::parse(get_file(record_of(handle)));
    record["ended"] = false;
    record["exit_code"] = nullptr;
    record["signal"] = nullptr;
    change(record);
    put_file(record_of(handle), record.dump());
    return handle;
  }
};

namespace {

// A process that has nothing to do with any workload, leading a session in which another runs.
class Stranger {
 public:
  Stranger() {
    int told[2];
    if (pipe(told) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      dup2(told[1], 3);
      close_range(4, ~0U, 0);  // above all the lock of the runtime under test
      setsid();
      const pid_t child = fork();
      if (child != 0) (void)!::write(3, &child, sizeof child);
      for (;;) pause();
    }
    if (read(told[0], &child_, sizeof child_) != sizeof child_) throw std::runtime_error("no stranger");
    close(told[0]);
    close(told[1]);
  }
  ~Stranger() {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  bool unharmed() const { return runs(pid_) && runs(child_); }

 private:
  pid_t pid_;
  pid_t child_;
};

}  // namespace

TEST_F(ProcessRecords, They_are_for_this_user_alone_and_hold_no_environment) {
  Json spec = shell("a", "exec sleep 1000");
  spec["env"] = {{"TOKEN", "correct horse battery staple"}};
  const std::string handle = runtime_->start(spec).or_throw()["handle"];
  EXPECT_EQ(static_cast<unsigned>(fs::status(record_of(handle)).permissions()), 0600U);
  EXPECT_EQ(static_cast<unsigned>(fs::status(state_dir()).permissions()), 0700U);
  EXPECT_THAT(get_file(record_of(handle)), testing::Not(testing::HasSubstr("correct horse")));
}

TEST_F(ProcessRecords, A_stranger_who_got_the_pid_is_neither_adopted_nor_harmed) {
  const Stranger stranger;
  const std::string handle = doctor([&](Json& record) {
    record["pid"] = stranger.pid();
    record["start_ticks"] = record["start_ticks"].get<std::uint64_t>() - 1000;  // ten seconds earlier
  });
  instance_->run();
  const auto listed = runtime_->list().or_throw();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["state"], "exited");
  EXPECT_TRUE(runtime_->stop(handle, 0).ok());
  EXPECT_TRUE(runtime_->remove(handle).ok());
  EXPECT_TRUE(stranger.unharmed());
}

TEST_F(ProcessRecords, A_record_from_before_the_machine_was_booted_names_no_process_of_today) {
  const auto workload = runtime_->start(shell("b", "exec sleep 1000")).or_throw();
  ASSERT_TRUE(instance_->stop().ok());
  auto record = Json::parse(get_file(record_of(workload["handle"])));
  record["boot_id"] = "00000000-0000-0000-0000-000000000000";
  put_file(record_of(workload["handle"]), record.dump());
  instance_->run();
  EXPECT_EQ(runtime_->list().or_throw()[0]["state"], "exited");
  EXPECT_TRUE(runs(workload["pid"]));
  kill(-workload["pid"].get<pid_t>(), SIGKILL);
  waitpid(workload["pid"], nullptr, 0);
}

TEST_F(ProcessRecords, What_was_recorded_but_never_started_is_cleaned_away) {
  doctor([](Json& record) { record["pid"] = 0; });
  fs::create_directory(state_dir() + "/workloads/p-empty");
  instance_->run();
  EXPECT_TRUE(runtime_->list().or_throw().empty());
  EXPECT_EQ(folders_of_workloads(), 0U);
}

TEST_F(ProcessRecords, A_damaged_record_is_told_and_left_alone_and_the_others_are_adopted) {
  const auto workload = runtime_->start(shell("b", "exec sleep 1000")).or_throw();
  ASSERT_TRUE(instance_->stop().ok());
  fs::create_directory(state_dir() + "/workloads/p-damaged");
  put_file(state_dir() + "/workloads/p-damaged/workload.json", R"({"handle": "p-dam)");
  instance_->run();
  EXPECT_EQ(runtime_->list().or_throw(), Json::array({workload}));
  EXPECT_TRUE(fs::exists(state_dir() + "/workloads/p-damaged/workload.json"));
  const auto log = instance_->log();
  EXPECT_TRUE(std::any_of(log.begin(), log.end(), [](const LogLine& line) {
    return line.level == WYV_LOG_WARNING && line.fields.dump().find("p-damaged") != std::string::npos;
  }));
}

TEST_F(ProcessRecords, A_second_controller_is_refused_with_the_pid_of_the_first) {
  const auto error = error_of(runtime_instance(state_dir())->prepare());
  EXPECT_EQ(error.status, WYV_CONFLICT);
  EXPECT_THAT(error.message, testing::HasSubstr(std::to_string(getpid())));
}

TEST_F(ProcessRecords, A_state_folder_that_cannot_be_is_a_clear_fault) {
  put_file(folder_ / "file", "");
  const auto error = error_of(runtime_instance(folder_ / "file/state")->prepare());
  EXPECT_EQ(error.code, "runtime.state_dir");
  EXPECT_THAT(error.message, testing::HasSubstr(folder_ / "file"));
}

}  // namespace wyvern::test
