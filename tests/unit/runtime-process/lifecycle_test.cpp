#include <thread>

#include "runtime_client.hpp"

namespace wyvern::test {

namespace {
std::size_t entries_of(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}
}  // namespace

class ProcessLifecycle : public ProcessRuntimeTest {};

TEST_F(ProcessLifecycle, The_manifest_and_the_descriptor_agree) {
  const auto manifest = runtime_plugin().manifest();
  EXPECT_EQ(manifest["id"], text(runtime_plugin().plugin().id));
  EXPECT_EQ(manifest["version"], text(runtime_plugin().plugin().version));
}

TEST_F(ProcessLifecycle, Wrong_configurations_are_refused) {
  for (const Json& config :
       {Json::object(), Json{{"state_dir", ""}}, Json{{"state_dir", 1}},
        Json{{"state_dir", "/x"}, {"max_workloads", 0}}, Json{{"state_dir", "/x"}, {"log_limit_mb", 0}}}) {
    SCOPED_TRACE(config.dump());
    EXPECT_EQ(error_of(PluginInstance::create(runtime_plugin(), "runtime", config)).status, WYV_INVALID);
  }
}

TEST_F(ProcessLifecycle, Starting_and_stopping_leaves_no_thread_and_no_descriptor_behind) {
  const auto instance = runtime_instance(folder_ / "other");
  const auto threads = entries_of("/proc/self/task");
  const auto descriptors = entries_of("/proc/self/fd");
  for (int round = 0; round < 3; ++round) {
    instance->run();
    RuntimeClient runtime(*instance);
    const std::string handle = runtime.start(shell("a", "exec sleep 1000")).or_throw()["handle"];
    ASSERT_TRUE(runtime.stop(handle, 0).ok());
    ASSERT_FALSE(runtime.start({{"argv", {"/nowhere"}}}).ok());
    ASSERT_TRUE(instance->stop().ok());
    ASSERT_TRUE(instance->stop().ok());
    EXPECT_EQ(entries_of("/proc/self/task"), threads);
    EXPECT_EQ(entries_of("/proc/self/fd"), descriptors);
  }
}

TEST_F(ProcessLifecycle, It_works_between_start_and_stop_only_and_starts_nothing_while_draining) {
  const auto instance = runtime_instance(folder_ / "other");
  RuntimeClient runtime(*instance);
  EXPECT_EQ(error_of(runtime.start(shell("a", "true"))).status, WYV_WRONG_STATE);
  EXPECT_EQ(error_of(runtime.list()).status, WYV_WRONG_STATE);
  instance->run();
  const std::string handle = runtime.start(shell("a", "exec sleep 1000")).or_throw()["handle"];
  ASSERT_TRUE(instance->drain().ok());
  EXPECT_EQ(error_of(runtime.start(shell("b", "true"))).status, WYV_WRONG_STATE);
  EXPECT_TRUE(runtime.stop(handle, 0).ok());
  ASSERT_TRUE(instance->stop().ok());
  EXPECT_EQ(error_of(runtime.list()).status, WYV_WRONG_STATE);
}

TEST_F(ProcessLifecycle, Many_workloads_come_and_go_at_once) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const auto id = std::to_string(t) + "-" + std::to_string(i);
        const auto started = runtime_->start(shell(id, "exit 4"));
        if (!started.ok()) continue;
        const std::string handle = (*started)["handle"];
        if (changes_.await(handle)["exit_code"] == 4 && runtime_->remove(handle).ok()) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 20);
  EXPECT_EQ(folders_of_workloads(), 0U);
}

}  // namespace wyvern::test
