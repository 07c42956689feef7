// A disk that takes nothing, by a limit on the size of files: this process's own full disk.
#include <sys/resource.h>

#include "scene.hpp"
#include "worker/spool.hpp"

namespace wyvern::worker::testing {
namespace {

constexpr std::chrono::seconds patience{20};

class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() { free(); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  void free() const { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

SpoolOptions options(const Folder& folder) {
  SpoolOptions all;
  all.directory = folder.path();
  all.epoch = 1;
  all.retry = std::chrono::milliseconds(10);
  all.wall_us = [] { return std::int64_t{1'700'000'000'000'000}; };
  return all;
}

Json event(int i) { return {{"type", "x"}, {"i", i}, {"filling", std::string(500, 'f')}}; }

TEST(AFullDisk, KeepsEventsInMemoryGivesThemOutAndWritesThemOnceThereIsRoom) {
  const Folder folder;
  std::uint64_t last = 0;
  {
    const auto spool = Spool::open(options(folder)).or_throw();
    const FullDisk full(2000);
    for (int i = 0; i < 10; ++i) last = spool->append(event(i));
    ASSERT_TRUE(eventually([&] { return spool->status()["state"] == "full"; }));
    EXPECT_NE(spool->status()["reason"].get<std::string>().find("spool.jsonl"), std::string::npos);
    ASSERT_TRUE(eventually([&] { return spool->read(0, 100).events.size() == 10; }));
    EXPECT_GT(spool->status()["unwritten"], 0);
    full.free();
    ASSERT_TRUE(eventually([&] { return spool->status()["state"] == "ok" && spool->status()["unwritten"] == 0; }));
  }
  const auto spool = Spool::open(options(folder)).or_throw();
  const auto page = spool->read(0, 100);
  ASSERT_EQ(page.events.size(), 10U);
  EXPECT_EQ(page.last, last);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(page.events[static_cast<std::size_t>(i)]["i"], i);
  EXPECT_EQ(spool->append(event(10)), last + 1);
}

TEST(AFullDisk, NeverLetsANumberThatWasGivenOutBeUsedAgain) {
  const Folder folder;
  std::uint64_t seen = 0;
  const FullDisk full(2000);
  {
    const auto spool = Spool::open(options(folder)).or_throw();
    for (int i = 0; i < 10; ++i) spool->append(event(i));
    ASSERT_TRUE(eventually([&] { return spool->read(0, 100).events.size() == 10; }));
    seen = spool->read(0, 100).last;
  }
  const auto spool = Spool::open(options(folder)).or_throw();
  EXPECT_GT(spool->append(event(10)), seen);
}

TEST(AFullDisk, CountsWhatMemoryCannotHoldAndTellsItAsAnEvent) {
  const Folder folder;
  auto small = options(folder);
  small.memory_bytes = 4000;
  const auto spool = Spool::open(small).or_throw();
  const FullDisk full(600);
  int taken = 0;
  for (int i = 0; i < 30; ++i) taken += spool->append(event(i)) != 0 ? 1 : 0;
  ASSERT_LT(taken, 30);
  EXPECT_EQ(spool->status()["lost"], 30 - taken);
  full.free();
  ASSERT_TRUE(eventually([&] {
    const auto events = spool->read(0, 100).events;
    return !events.empty() && events.back()["type"] == "events_lost";
  }));
  const Json told = spool->read(0, 100).events.back();
  EXPECT_EQ(told["count"], 30 - taken);
  EXPECT_NE(spool->append(event(30)), 0U);
  ASSERT_TRUE(spool->flush(patience));
}

TEST(AFullDisk, IsFreedByAcknowledgements) {
  const Folder folder;
  auto small = options(folder);
  small.limit_bytes = 3000;
  const auto spool = Spool::open(small).or_throw();
  std::uint64_t last = 0;
  for (int i = 0; i < 4; ++i) {
    last = spool->append(event(i));
    (void)spool->flush(patience);
  }
  const auto written = last;
  for (int i = 4; i < 8; ++i) last = spool->append(event(i));
  ASSERT_TRUE(eventually([&] { return spool->status()["state"] == "full"; }));
  ASSERT_TRUE(eventually([&] { return spool->read(0, 100).last == last; }));
  ASSERT_TRUE(spool->acknowledge(written));
  ASSERT_TRUE(eventually([&] { return spool->status()["state"] == "ok"; }));
  EXPECT_EQ(spool->read(0, 100).events.size(), 4U);
}

TEST(AFullDisk, DoesNotKeepAWorkerOffAir) {
  const Folder folder;
  std::filesystem::create_directories(folder.path() / "spool");
  const FullDisk full(0);
  FakeEngine engine;
  Worker worker(settings(folder.path() / "spool"), FakeEngine::table(), engine.instance());
  ASSERT_TRUE(worker.start());
  worker.load(playlist({"a"}), {});
  engine.begin_item("a");
  EXPECT_EQ(types(all_events(worker, 1)), std::vector<std::string>{"item_started"});
  const Json status = worker.status();
  EXPECT_EQ(status["spool"]["state"], "full");
  EXPECT_EQ(status["resumable"]["state"], "failing");
  EXPECT_EQ(status["on_air"], true);
}

}  // namespace
}  // namespace wyvern::worker::testing
