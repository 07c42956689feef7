#include "host/metrics.hpp"

#include <gmock/gmock.h>

#include "host/plugin_side.hpp"
#include "stage.hpp"

namespace wyvern::host {
namespace {

using test::Stage;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, AreWrittenInThePrometheusTextFormat) {
  Metrics metrics;
  ASSERT_TRUE(metrics.declare("frames_total", WYV_METRIC_COUNTER, "Frames sent\nto air"));
  ASSERT_TRUE(metrics.set("frames_total", WYV_METRIC_COUNTER, {{"channel", "a\"b\\"}}, 12));
  ASSERT_TRUE(metrics.declare("level", WYV_METRIC_GAUGE, ""));
  ASSERT_TRUE(metrics.set("level", WYV_METRIC_GAUGE, {}, -0.5));
  EXPECT_EQ(metrics.collect(),
            "# HELP frames_total Frames sent\\nto air\n# TYPE frames_total counter\n"
            "frames_total{channel=\"a\\\"b\\\\\"} 12\n# TYPE level gauge\nlevel -0.5\n");
}

TEST(Metrics, RefuseWhatIsNotDeclaredOrOfAnotherType) {
  Metrics metrics;
  EXPECT_EQ(metrics.set("unknown", WYV_METRIC_GAUGE, {}, 1).error().status, WYV_NOT_FOUND);
  ASSERT_TRUE(metrics.declare("level", WYV_METRIC_GAUGE, ""));
  EXPECT_FALSE(metrics.set("level", WYV_METRIC_COUNTER, {}, 1));
  EXPECT_FALSE(metrics.declare("level", WYV_METRIC_COUNTER, ""));
  EXPECT_FALSE(metrics.declare("no name", WYV_METRIC_GAUGE, ""));
  EXPECT_FALSE(metrics.set("level", WYV_METRIC_GAUGE, {{"no-label", "x"}}, 1));
}

TEST(Metrics, LetACounterOnlyRiseUntilItsSeriesIsRemoved) {
  Metrics metrics;
  ASSERT_TRUE(metrics.declare("n_total", WYV_METRIC_COUNTER, ""));
  ASSERT_TRUE(metrics.set("n_total", WYV_METRIC_COUNTER, {{"instance", "a"}}, 5));
  EXPECT_FALSE(metrics.set("n_total", WYV_METRIC_COUNTER, {{"instance", "a"}}, 4));
  EXPECT_FALSE(metrics.set("n_total", WYV_METRIC_COUNTER, {{"instance", "b"}}, -1));
  metrics.remove({{"instance", "a"}});
  EXPECT_TRUE(metrics.set("n_total", WYV_METRIC_COUNTER, {{"instance", "a"}}, 1));
}

TEST(Metrics, BoundTheNumberOfSeries) {
  Metrics metrics;
  ASSERT_TRUE(metrics.declare("level", WYV_METRIC_GAUGE, ""));
  for (std::size_t i = 0; i < Metrics::series_limit; ++i)
    ASSERT_TRUE(metrics.set("level", WYV_METRIC_GAUGE, {{"i", std::to_string(i)}}, 1));
  EXPECT_EQ(metrics.set("level", WYV_METRIC_GAUGE, {{"i", "more"}}, 1).error().status, WYV_EXHAUSTED);
}

TEST(Metrics, OfAnInstanceCarryItsNameAndGoWithIt) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("output", "srt")}));
  EXPECT_THAT(stage.host->metrics().collect(),
              HasSubstr("actor_starts_total{instance=\"srt\",kind=\"output\",plugin=\"actor\"} 1\n"));
  auto& metrics = stage.host->metrics();
  ASSERT_TRUE(stage.host->bring_down(std::chrono::seconds(30)));
  EXPECT_THAT(metrics.collect(), Not(HasSubstr("actor_starts_total{")));
}

class PluginMetrics : public testing::Test {
 protected:
  wyv_status set(const char* name, std::string labels) { return side_.set(WYV_METRIC_GAUGE, name, labels, 1); }

  Metrics metrics_;
  Log log_{{.sink = [](std::string_view) {}}};
  Services services_;
  PluginSide side_{
      log_, metrics_, services_, {{}, "p", "output", "i"}, {{"metrics", {{{"name", "level"}, {"type", "gauge"}}}}}, {}};
};

TEST_F(PluginMetrics, AreOnlyThoseOfItsManifest) {
  ASSERT_TRUE(metrics_.declare("of_another", WYV_METRIC_GAUGE, ""));
  EXPECT_EQ(set("level", ""), WYV_OK);
  EXPECT_EQ(set("of_another", ""), WYV_NOT_FOUND);
}

TEST_F(PluginMetrics, RefuseLabelsThatAreNoFlatObjectOfStrings) {
  EXPECT_EQ(set("level", R"({"a": "b"})"), WYV_OK);
  for (const char* bad : {"[]", "{", R"({"a": 1})", R"({"a": {}})", R"({"plugin": "another"})", "\xff"})
    EXPECT_EQ(set("level", bad), WYV_INVALID) << bad;
  EXPECT_EQ(set("level", std::string(200'000, '[')), WYV_INVALID);
}

}  // namespace
}  // namespace wyvern::host
