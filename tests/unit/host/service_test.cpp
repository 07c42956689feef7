#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "fixtures/actor.hpp"
#include "host/plugin_side.hpp"
#include "stage.hpp"

namespace wyvern::host {
namespace {

using test::Stage;
using testing::HasSubstr;

TEST(Service, IsCalledThroughItsTable) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("output", "srt")}));
  const auto sum = stage.host->service<test_sum_v1>("output", "srt", "test.sum/1");
  ASSERT_TRUE(sum) << sum.error().message;
  EXPECT_EQ((*sum).table->add((*sum).instance, 2, 3), 5);
}

TEST(Service, OfAnOlderPluginHasNullForWhatCameLater) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("output", "srt")}));
  const auto sum = stage.host->service<test_sum_v1_grown>("output", "srt", "test.sum/1", sizeof(test_sum_v1));
  ASSERT_TRUE(sum) << sum.error().message;
  EXPECT_EQ((*sum).table->first.add((*sum).instance, 2, 3), 5);
  EXPECT_EQ((*sum).table->subtract, nullptr);
}

TEST(Service, ThatIsTooSmallIsRefusedWithBothSizes) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("output", "srt")}));
  const auto sum = stage.host->service<test_sum_v1_grown>("output", "srt", "test.sum/1");
  ASSERT_FALSE(sum);
  EXPECT_THAT(sum.error().message, HasSubstr("struct_size 16, and at least 24"));
}

TEST(Service, ThatIsNotThereIsNamedWithTheInstance) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("output", "srt")}));
  const auto none = stage.host->service<test_sum_v1>("output", "srt", "test.none/1");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("the output 'srt' (plugin actor) has no service 'test.none/1'"));
  const auto nobody = stage.host->service<test_sum_v1>("output", "str", "test.sum/1");
  ASSERT_FALSE(nobody);
  EXPECT_THAT(nobody.error().message, HasSubstr("there are: srt"));
}

TEST(Service, CanBeAskedForByManyThreads) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("output", "srt")}));
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        const auto sum = stage.host->service<test_sum_v1_grown>("output", "srt", "test.sum/1", sizeof(test_sum_v1));
        if (sum && (*sum).table->first.add((*sum).instance, 1, 1) == 2) ++right;
        (void)stage.host->instances();
        (void)stage.host->metrics().collect();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 800);
}

TEST(HostTable, OfTheKernelIsReachedByNameWithItsContext) {
  static const int table = 42;
  int context = 0;
  Metrics metrics;
  Log log({.sink = [](std::string_view) {}});
  const Services services{[](std::string_view name) -> const void* { return name == "extra/1" ? &table : nullptr; },
                          &context};
  const PluginSide side(log, metrics, services, {{}, "actor", "output", "srt"}, Json::object(), {});
  const auto* host = side.host();
  EXPECT_EQ(host->query(host->self, {"extra/1", 7}), &table);
  EXPECT_EQ(host->query(host->self, {"other/1", 7}), nullptr);
  EXPECT_NE(host->query(host->self, {"wyvern.host.log/1", 17}), nullptr);
  const auto who = context_of(host->self);
  EXPECT_EQ(who.context, &context);
  EXPECT_EQ(who.plugin, "actor");
  EXPECT_EQ(who.kind, "output");
  EXPECT_EQ(who.instance, "srt");
}

}  // namespace
}  // namespace wyvern::host
