#include <thread>
#include <vector>

#include "storage_client.hpp"

namespace wyvern::test {

namespace {
std::size_t threads_of_this_process() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}
}  // namespace

TEST(LocalStorageLifecycle, It_can_be_started_again_and_leaves_no_thread_behind) {
  const ScratchFolder folder;
  const auto instance = storage_instance(folder.path());
  std::thread([] {}).join();  // with the first thread a sanitizer starts one of its own
  const auto before = threads_of_this_process();
  for (int round = 0; round < 3; ++round) {
    instance->run();
    StorageClient(*instance).put("a", "x");
    ASSERT_TRUE(instance->stop().ok());
    ASSERT_TRUE(instance->stop().ok());
    EXPECT_EQ(threads_of_this_process(), before);
  }
}

TEST(LocalStorageLifecycle, It_works_between_start_and_stop_only_and_takes_nothing_new_while_draining) {
  const ScratchFolder folder;
  const auto instance = storage_instance(folder.path());
  StorageClient storage(*instance);
  EXPECT_EQ(error_of(storage.stat("a")).status, WYV_WRONG_STATE);
  instance->run();
  auto writer = storage.create("a").or_throw();
  ASSERT_TRUE(instance->drain().ok());
  EXPECT_EQ(error_of(storage.create("b")).status, WYV_WRONG_STATE);
  EXPECT_TRUE(writer.write("x").ok());
  EXPECT_TRUE(writer.commit().ok());
  ASSERT_TRUE(instance->stop().ok());
  EXPECT_EQ(error_of(storage.stat("a")).status, WYV_WRONG_STATE);
}

TEST(LocalStorageLifecycle, Readers_and_writers_may_be_closed_after_the_stop) {
  const ScratchFolder folder;
  const auto instance = storage_instance(folder.path());
  instance->run();
  StorageClient storage(*instance);
  storage.put("a", std::string(3U << 20U, 'x'));
  auto reader = storage.open("a").or_throw();
  auto writer = storage.create("b").or_throw();
  ASSERT_TRUE(writer.write("x").ok());
  ASSERT_TRUE(instance->stop().ok());
  EXPECT_EQ(error_of(reader.read(10)).status, WYV_WRONG_STATE);
  EXPECT_EQ(error_of(writer.write("y")).status, WYV_WRONG_STATE);
  writer.abandon();
  EXPECT_FALSE(std::filesystem::exists(folder / "b"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(LocalStorageLifecycle, Many_callers_at_once_each_get_their_own_objects) {
  const ScratchFolder folder;
  const auto instance = storage_instance(folder.path());
  instance->run();
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      StorageClient storage(*instance);
      for (int i = 0; i < 10; ++i) {
        const std::string key = "t" + std::to_string(t) + "/" + std::to_string(i);
        storage.put(key, key);
        right += storage.get(key) == key ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
  EXPECT_EQ(StorageClient(*instance).keys().or_throw().size(), 80U);
}

}  // namespace wyvern::test
