#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "runtime_client.hpp"

namespace wyvern::test {

class ProcessLogs : public ProcessRuntimeTest {};

TEST_F(ProcessLogs, Output_and_errors_come_in_the_order_in_which_they_were_printed) {
  const auto ended = run(shell("a", "echo one; echo two >&2; echo three; printf four"));
  EXPECT_EQ(runtime_->logs(ended["handle"]).or_throw(), "one\ntwo\nthree\nfour");
}

TEST_F(ProcessLogs, The_tail_is_the_last_bytes) {
  const auto ended = run(shell("a", "printf 0123456789"));
  EXPECT_EQ(runtime_->logs(ended["handle"], 4).or_throw(), "6789");
  EXPECT_EQ(runtime_->logs(ended["handle"], 0).or_throw(), "");
  EXPECT_EQ(runtime_->logs(ended["handle"], 1U << 30U).or_throw(), "0123456789");
}

TEST_F(ProcessLogs, A_log_in_a_given_file_is_appended_to_and_shows_this_workload_alone) {
  put_file(folder_ / "channel.log", "from before\n");
  Json spec = shell("a", "echo now");
  spec["log"] = folder_ / "channel.log";
  const auto ended = run(spec);
  EXPECT_EQ(runtime_->logs(ended["handle"]).or_throw(), "now\n");
  EXPECT_EQ(get_file(folder_ / "channel.log"), "from before\nnow\n");
  ASSERT_TRUE(runtime_->remove(ended["handle"]).ok());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "channel.log"));
}

TEST_F(ProcessLogs, A_log_that_outgrows_its_limit_is_moved_and_its_end_is_still_read) {
  const auto instance = runtime_instance(folder_ / "small", {{"log_limit_mb", 1}});
  instance->run();
  RuntimeClient runtime(*instance);
  const int watch = ::inotify_init1(IN_CLOEXEC);
  ASSERT_GE(::inotify_add_watch(watch, folder_.path().c_str(), IN_CLOSE_WRITE), 0);
  Json spec = shell("a", "head -c 2000000 /dev/zero | tr '\\0' x; printf 'the end'; echo full > '" + pipe_.path() +
                             "'; read go < '" + (folder_ / "go") + "'; printf ', and after'");
  const NamedPipe go(folder_ / "go");
  spec["log"] = folder_ / "log";
  const std::string handle = runtime.start(spec).or_throw()["handle"];
  EXPECT_EQ(pipe_.line(), "full");
  while (!std::filesystem::exists(folder_ / "log.1") || std::filesystem::file_size(folder_ / "log") > 0) {
    pollfd waiting{watch, POLLIN, 0};
    ASSERT_GT(::poll(&waiting, 1, 20'000), 0);
    char events[4096];
    ASSERT_GT(::read(watch, events, sizeof events), 0);
  }
  ::close(watch);
  ASSERT_TRUE(runtime.listen(changes_.listener()).ok());
  put_file(folder_ / "go", "\n");
  EXPECT_FALSE(changes_.await(handle).is_null());
  EXPECT_EQ(runtime.logs(handle, 23).or_throw(), "xxxxxthe end, and after");
  EXPECT_LE(std::filesystem::file_size(folder_ / "log.1"), 1U << 20U);
}

}  // namespace wyvern::test
