#include "host/log.hpp"

#include <gmock/gmock.h>

#include <mutex>
#include <thread>

#include "host/rate_limit.hpp"
#include "stage.hpp"

namespace wyvern::host {
namespace {

using test::Stage;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Lines {
 public:
  LogOptions options(LogOptions::Format format) {
    LogOptions chosen;
    chosen.format = format;
    chosen.sink = [this](std::string_view line) {
      const std::scoped_lock lock(mutex_);
      lines_.emplace_back(line);
    };
    return chosen;
  }
  std::vector<std::string> all(Log& log) {
    log.flush();
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

TEST(Log, WritesOneJsonObjectALine) {
  Lines lines;
  Log log(lines.options(LogOptions::Format::json));
  log.write(WYV_LOG_WARNING, {{}, "output-srt", "output", "srt"}, "two\nlines", {{"loss", 3}}, "r-1");
  const auto all = lines.all(log);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].find('\n'), std::string::npos);
  const auto line = Json::parse(all[0]);
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["plugin"], "output-srt");
  EXPECT_EQ(line["instance"], "srt");
  EXPECT_EQ(line["message"], "two\nlines");
  EXPECT_EQ(line["request_id"], "r-1");
  EXPECT_EQ(line["fields"]["loss"], 3);
  EXPECT_THAT(line["time"].get<std::string>(), testing::MatchesRegex("....-..-..T..:..:.........Z"));
}

TEST(Log, WritesTextThatCannotFakeAnotherLine) {
  Lines lines;
  Log log(lines.options(LogOptions::Format::text));
  log.write(WYV_LOG_INFO, {"playout", {}, {}, {}}, "a\nb\x1b[31m");
  const auto all = lines.all(log);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_THAT(all[0], HasSubstr("info playout: a\\nb [31m"));
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  Lines lines;
  auto options = lines.options(LogOptions::Format::json);
  options.level = "warning";
  Log log(options);
  log.write(WYV_LOG_INFO, {}, "no");
  log.write(WYV_LOG_ERROR, {}, "yes");
  EXPECT_EQ(lines.all(log).size(), 1U);
}

TEST(Log, TakesBytesThatAreNoText) {
  Lines lines;
  Log log(lines.options(LogOptions::Format::json));
  log.write(WYV_LOG_INFO, {}, "\xff\xfe");
  EXPECT_TRUE(Json::accept(lines.all(log).at(0)));
}

TEST(Log, KeepsTheOrderOfEachThread) {
  Lines lines;
  Log log(lines.options(LogOptions::Format::json));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&log, thread] {
      for (int i = 0; i < 200; ++i) log.write(WYV_LOG_INFO, {}, "x", {{"thread", thread}, {"i", i}});
    });
  for (auto& thread : threads) thread.join();
  std::vector<int> next(4, 0);
  for (const auto& text : lines.all(log)) {
    const auto line = Json::parse(text);
    EXPECT_EQ(line["fields"]["i"], next.at(line["fields"]["thread"])++);
  }
  EXPECT_THAT(next, testing::Each(200));
}

TEST(RateLimit, AdmitsABurstThenItsRateAndCountsTheRest) {
  RateLimit limit(10, 2);
  const RateLimit::Clock::time_point start{};
  EXPECT_TRUE(limit.ask(start).admitted);
  EXPECT_TRUE(limit.ask(start).admitted);
  EXPECT_FALSE(limit.ask(start).admitted);
  EXPECT_FALSE(limit.ask(start + 50ms).admitted);
  const auto later = limit.ask(start + 150ms);
  EXPECT_TRUE(later.admitted);
  EXPECT_EQ(later.refused_before, 2U);
  EXPECT_EQ(limit.ask(start + 1h).refused_before, 0U);
}

TEST(RateLimit, KeepsAPluginFromFloodingTheLog) {
  Stage stage;
  ASSERT_TRUE(stage.host->bring_up({Stage::actor("output", "loud", {{"chatter", 1000}})}));
  EXPECT_EQ(stage.calls().size(), 20U);
}

}  // namespace
}  // namespace wyvern::host
