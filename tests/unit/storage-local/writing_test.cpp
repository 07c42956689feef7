#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage_client.hpp"

namespace wyvern::test {

namespace fs = std::filesystem;

class LocalStorageWriting : public LocalStorageTest {};

TEST_F(LocalStorageWriting, An_object_appears_whole_at_commit_and_not_before) {
  auto writer = storage_.create("show/a.mov").or_throw();
  ASSERT_TRUE(writer.write("first ").ok());
  ASSERT_TRUE(writer.write("second").ok());
  EXPECT_EQ(error_of(storage_.stat("show/a.mov")).code, "storage.not_found");
  EXPECT_TRUE(storage_.keys().or_throw().empty());  // nor is its temporary an object
  ASSERT_TRUE(writer.commit().ok());
  EXPECT_EQ(storage_.get("show/a.mov"), "first second");
  EXPECT_THAT(files(), testing::ElementsAre("show/a.mov"));
}

TEST_F(LocalStorageWriting, An_abandoned_object_leaves_nothing_and_what_was_there_stays) {
  storage_.put("a.mov", "old");
  auto writer = storage_.create("a.mov").or_throw();
  ASSERT_TRUE(writer.write("new").ok());
  writer.abandon();
  EXPECT_EQ(storage_.get("a.mov"), "old");
  EXPECT_THAT(files(), testing::ElementsAre("a.mov"));
}

TEST_F(LocalStorageWriting, A_commit_replaces_what_was_there) {
  storage_.put("a.mov", "old and long");
  storage_.put("a.mov", "new");
  EXPECT_EQ(storage_.get("a.mov"), "new");
}

TEST_F(LocalStorageWriting, Two_writers_of_one_key_do_not_mix) {
  auto one = storage_.create("a.mov").or_throw();
  auto two = storage_.create("a.mov").or_throw();
  ASSERT_TRUE(one.write("one").ok());
  ASSERT_TRUE(two.write("two").ok());
  ASSERT_TRUE(two.commit().ok());
  ASSERT_TRUE(one.commit().ok());
  EXPECT_EQ(storage_.get("a.mov"), "one");
  EXPECT_THAT(files(), testing::ElementsAre("a.mov"));
}

TEST_F(LocalStorageWriting, An_object_and_a_folder_cannot_have_one_key) {
  storage_.put("a/b", "x");
  EXPECT_EQ(error_of(storage_.create("a")).status, WYV_CONFLICT);
  EXPECT_EQ(error_of(storage_.create("a/b/c")).status, WYV_CONFLICT);
  EXPECT_THAT(files(), testing::ElementsAre("a/b"));
}

TEST_F(LocalStorageWriting, Removing_is_done_once_and_no_fault_twice) {
  storage_.put("a/b", "x");
  EXPECT_TRUE(storage_.remove("a/b").ok());
  EXPECT_TRUE(storage_.remove("a/b").ok());
  EXPECT_TRUE(storage_.remove("nowhere/at/all").ok());
  EXPECT_TRUE(storage_.remove("a").ok());  // a folder is no object
  EXPECT_TRUE(files().empty());
}

TEST_F(LocalStorageWriting, A_commit_that_the_caller_withdraws_from_leaves_nothing) {
  auto writer = storage_.create("a.mov").or_throw();
  ASSERT_TRUE(writer.write("x").ok());
  const std::atomic<bool> cancelled = true;
  EXPECT_EQ(error_of(writer.commit(kPatience, &cancelled)).status, WYV_CANCELLED);
  EXPECT_TRUE(files().empty());
}

TEST_F(LocalStorageWriting, A_full_disk_is_told_and_leaves_nothing_half_made) {
  // A limit on the size of files gives the same path as a full disk; in a child, for it cannot be taken back.
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1U << 20U, 1U << 20U};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto instance = storage_instance(root());
    instance->run();
    StorageClient storage(*instance);
    auto writer = storage.create("big.mov").or_throw();
    const auto written = writer.write(std::string(2U << 20U, 'x'));
    const bool told =
        !written.ok() && written.error().status == WYV_EXHAUSTED && written.error().code == "storage.full";
    const bool no_commit = !writer.commit().ok();
    _exit(told && no_commit ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(files().empty());
}

TEST_F(LocalStorageWriting, A_kill_in_the_middle_leaves_a_temporary_that_the_next_start_removes) {
  int told[2];
  ASSERT_EQ(pipe(told), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto instance = storage_instance(root());
    instance->run();
    StorageClient storage(*instance);
    auto writer = storage.create("show/a.mov").or_throw();
    writer.write("half").or_throw();
    (void)!::write(told[1], "x", 1);
    pause();
  }
  char byte = 0;
  ASSERT_EQ(read(told[0], &byte, 1), 1);
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  close(told[0]);
  close(told[1]);
  EXPECT_EQ(files().size(), 1U);
  EXPECT_TRUE(storage_.keys().or_throw().empty());
  storage_instance(root())->run();
  EXPECT_TRUE(files().empty());
}

}  // namespace wyvern::test
