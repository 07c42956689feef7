#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <sstream>
#include <thread>

#include "runtime_client.hpp"

namespace wyvern::test {

using testing::HasSubstr;

class ProcessStarting : public ProcessRuntimeTest {};

TEST_F(ProcessStarting, A_started_workload_is_told_with_its_labels_and_its_pid) {
  const auto spec = shell("a", "exec sleep 1000");
  const auto workload = runtime_->start(spec).or_throw();
  EXPECT_EQ(workload["labels"], spec["labels"]);
  EXPECT_EQ(workload["state"], "running");
  EXPECT_TRUE(workload["exit_code"].is_null());
  EXPECT_TRUE(workload["signal"].is_null());
  EXPECT_TRUE(workload["ended_us"].is_null());
  EXPECT_TRUE(runs(workload["pid"]));
  EXPECT_EQ(runtime_->list().or_throw(), Json::array({workload}));
}

TEST_F(ProcessStarting, It_inherits_six_variables_and_has_those_that_it_was_given) {
  ::setenv("WYVERN_TEST_SECRET", "of the controller", 1);
  ::setenv("TZ", "UTC", 1);
  Json spec = {{"argv", {"/usr/bin/env"}}, {"env", {{"GIVEN", "a=b c\n"}, {"LANG", "given"}}}};
  const auto ended = run(spec);
  const auto printed = runtime_->logs(ended["handle"]).or_throw();
  std::vector<std::string> names;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) names.push_back(line.substr(0, line.find('=')));
  for (const auto& name : names)
    EXPECT_THAT((std::vector<std::string>{"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "GIVEN"}),
                testing::Contains(name));
  EXPECT_THAT(printed, HasSubstr("GIVEN=a=b c\n"));
  EXPECT_THAT(printed, HasSubstr("LANG=given\n"));
  EXPECT_THAT(printed, HasSubstr("TZ=UTC\n"));
}

TEST_F(ProcessStarting, It_leads_a_session_of_its_own) {
  const auto ended = run({{"argv", {"/bin/cat", "/proc/self/stat"}}});
  std::istringstream stat(runtime_->logs(ended["handle"]).or_throw());
  std::string pid, name, state, parent, group, session;
  stat >> pid >> name >> state >> parent >> group >> session;
  EXPECT_EQ(pid, std::to_string(ended["pid"].get<int>()));
  EXPECT_EQ(group, pid);
  EXPECT_EQ(session, pid);
}

TEST_F(ProcessStarting, It_gets_no_descriptor_of_the_controller) {
  const int inheritable = ::open("/dev/null", O_RDONLY);
  ASSERT_GE(inheritable, 0);
  const auto ended = run({{"argv", {"/bin/ls", "/proc/self/fd"}}});
  ::close(inheritable);
  EXPECT_EQ(runtime_->logs(ended["handle"]).or_throw(), "0\n1\n2\n3\n");  // 3 is the folder that ls reads
}

TEST_F(ProcessStarting, Its_signals_are_as_the_system_gives_them) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto ended = run({{"argv", {"/bin/grep", "-E", "SigBlk|SigIgn", "/proc/self/status"}}});
  EXPECT_EQ(runtime_->logs(ended["handle"]).or_throw(), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(ProcessStarting, It_works_in_the_folder_that_it_was_given) {
  Json spec = {{"argv", {"/bin/pwd"}}, {"directory", folder_.path().string()}};
  EXPECT_EQ(runtime_->logs(run(spec)["handle"]).or_throw(), folder_.path().string() + "\n");
}

TEST_F(ProcessStarting, A_program_without_a_slash_is_found_in_its_own_path) {
  EXPECT_EQ(run({{"argv", {"true"}}})["exit_code"], 0);
  const auto error = error_of(runtime_->start({{"argv", {"true"}}, {"env", {{"PATH", "/nowhere"}}}}));
  EXPECT_EQ(error.code, "runtime.no_program");
  EXPECT_THAT(error.message, HasSubstr("/nowhere"));
}

TEST_F(ProcessStarting, Limits_hold) {
  Json spec = shell("a", "ulimit -n; ulimit -c");
  spec["limits"] = {{"open_files", 77}, {"core_mb", 0}};
  EXPECT_EQ(runtime_->logs(run(spec)["handle"]).or_throw(), "77\n0\n");
  spec["limits"] = {{"wings", 2}};
  const auto error = error_of(runtime_->start(spec));
  EXPECT_EQ(error.status, WYV_UNSUPPORTED);
  EXPECT_THAT(error.message, HasSubstr("wings"));
}

TEST_F(ProcessStarting, What_cannot_be_started_fails_at_once_and_leaves_nothing) {
  put_file(folder_ / "text", "no program");
  put_file(folder_ / "broken",
           "\x7f"
           "ELF and no more");
  std::filesystem::permissions(folder_ / "broken", std::filesystem::perms::owner_all);
  const Json specs[] = {
      {{"argv", {"/nowhere/program"}}},
      {{"argv", {folder_ / "text"}}},
      {{"argv", {folder_ / "broken"}}},
      {{"argv", {folder_.path().string()}}},
      {{"argv", {"no-such-program-anywhere"}}},
      {{"argv", {"/bin/true"}}, {"directory", "/nowhere"}},
      {{"argv", {"/bin/true"}}, {"log", "/nowhere/log"}},
      {{"argv", {"/bin/true", std::string(3U << 20U, 'x')}}},
  };
  for (const auto& spec : specs) {
    SCOPED_TRACE(spec.dump().substr(0, 100));
    const auto error = error_of(runtime_->start(spec));
    EXPECT_NE(error.status, WYV_INTERNAL) << error.message;
    EXPECT_FALSE(error.message.empty());
    EXPECT_EQ(folders_of_workloads(), 0U);
    EXPECT_TRUE(runtime_->list().or_throw().empty());
  }
  EXPECT_EQ(changes_.count(), 0U);
}

TEST_F(ProcessStarting, A_wrong_description_is_refused_with_the_field) {
  const std::pair<Json, const char*> specs[] = {
      {Json::array(), "workload"},
      {Json::object(), "argv"},
      {{{"argv", Json::array()}}, "argv"},
      {{{"argv", "sleep"}}, "argv"},
      {{{"argv", {""}}}, "argv"},
      {{{"argv", {"a", 1}}}, "argv"},
      {{{"argv", {std::string("a\0b", 3)}}}, "argv"},
      {{{"argv", {"true"}}, {"env", {{"A=B", "x"}}}}, "env"},
      {{{"argv", {"true"}}, {"env", {{"A", 1}}}}, "env.A"},
      {{{"argv", {"true"}}, {"env", "A=B"}}, "env"},
      {{{"argv", {"true"}}, {"labels", {{"a", 1}}}}, "labels.a"},
      {{{"argv", {"true"}}, {"directory", "here"}}, "directory"},
      {{{"argv", {"true"}}, {"log", "here"}}, "log"},
      {{{"argv", {"true"}}, {"limits", {{"open_files", -1}}}}, "limits.open_files"},
      {{{"argv", {"true"}}, {"arguments", {}}}, "arguments"},
  };
  for (const auto& [spec, field] : specs) {
    SCOPED_TRACE(spec.dump());
    const auto error = error_of(runtime_->start(spec));
    EXPECT_EQ(error.status, WYV_INVALID);
    EXPECT_THAT(error.message, testing::StartsWith(field));
  }
}

TEST_F(ProcessStarting, The_same_workload_is_not_started_twice_while_it_runs) {
  const auto spec = shell("a", "exec sleep 1000");
  const std::string handle = runtime_->start(spec).or_throw()["handle"];
  const auto error = error_of(runtime_->start(spec));
  EXPECT_EQ(error.status, WYV_CONFLICT);
  EXPECT_EQ(error.code, "runtime.already_running");
  EXPECT_EQ(error.cause, handle);
  auto next_epoch = spec;
  next_epoch["labels"]["wyvern.epoch"] = "2";
  EXPECT_TRUE(runtime_->start(next_epoch).ok());
  ASSERT_TRUE(runtime_->stop(handle).ok());
  EXPECT_TRUE(runtime_->start(spec).ok());
}

TEST_F(ProcessStarting, Of_many_callers_who_start_the_same_one_succeeds) {
  std::atomic<int> started = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto outcome = runtime_->start(shell("a", "exec sleep 1000"));
      if (outcome.ok()) ++started;
      if (!outcome.ok() && outcome.error().code == "runtime.already_running") ++refused;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(started, 1);
  EXPECT_EQ(refused, 7);
}

TEST_F(ProcessStarting, No_more_run_than_the_configuration_allows) {
  const auto instance = runtime_instance(folder_ / "small", {{"max_workloads", 1}});
  instance->run();
  RuntimeClient runtime(*instance);
  const std::string handle = runtime.start(shell("a", "exec sleep 1000")).or_throw()["handle"];
  EXPECT_EQ(error_of(runtime.start(shell("b", "true"))).status, WYV_EXHAUSTED);
  ASSERT_TRUE(runtime.stop(handle, 0).ok());
  EXPECT_TRUE(runtime.start(shell("b", "true")).ok());
}

}  // namespace wyvern::test
