#include "worker/spool.hpp"

#include <fstream>

#include "scene.hpp"

namespace wyvern::worker::testing {
namespace {

constexpr std::chrono::seconds patience{20};

SpoolOptions options(const Folder& folder) {
  SpoolOptions all;
  all.directory = folder.path();
  all.epoch = 1;
  all.wall_us = [] { return std::int64_t{1'700'000'000'000'000}; };
  return all;
}

std::unique_ptr<Spool> open(const Folder& folder) { return Spool::open(options(folder)).or_throw(); }
std::filesystem::path file(const Folder& folder) { return folder.path() / "spool.jsonl"; }

TEST(TheSpool, NumbersEventsWithoutGapsAcrossRuns) {
  const Folder folder;
  std::uint64_t first = 0;
  {
    const auto spool = open(folder);
    first = spool->append({{"type", "x"}});
    EXPECT_EQ(spool->append({{"type", "y"}}), first + 1);
  }
  const auto spool = open(folder);
  EXPECT_EQ(spool->append({{"type", "z"}}), first + 2);
  ASSERT_TRUE(spool->flush(patience));
  const auto page = spool->read(0, 10);
  ASSERT_EQ(types(page.events), (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(page.last, first + 2);
  EXPECT_EQ(page.events[1]["run"], 1);
  EXPECT_EQ(page.events[2]["run"], 2);
  EXPECT_EQ(page.events[2]["epoch"], 1);
}

TEST(TheSpool, NeverSendsAcknowledgedEventsAgainAndAlwaysTheOthers) {
  const Folder folder;
  std::uint64_t first = 0;
  {
    const auto spool = open(folder);
    first = spool->append({{"type", "x"}});
    spool->append({{"type", "y"}});
    ASSERT_TRUE(spool->flush(patience));
    EXPECT_TRUE(spool->acknowledge(first));
    EXPECT_EQ(types(spool->read(0, 10).events), std::vector<std::string>{"y"});
    EXPECT_FALSE(spool->acknowledge(first + 2));
  }
  const auto spool = open(folder);
  EXPECT_EQ(types(spool->read(0, 10).events), std::vector<std::string>{"y"});
}

TEST(TheSpool, RemembersItsNumbersWhenEverythingIsAcknowledgedAndCompacted) {
  const Folder folder;
  std::uint64_t last = 0;
  {
    auto small = options(folder);
    small.compact_bytes = 100;
    const auto spool = Spool::open(small).or_throw();
    for (int i = 0; i < 50; ++i) last = spool->append({{"type", "x"}, {"filling", std::string(100, 'f')}});
    ASSERT_TRUE(spool->flush(patience));
    EXPECT_TRUE(spool->acknowledge(last));
    EXPECT_TRUE(eventually([&] { return std::filesystem::file_size(file(folder)) == 0; }));
  }
  const auto spool = open(folder);
  EXPECT_EQ(spool->append({{"type", "y"}}), last + 1);
}

TEST(TheSpool, KeepsWhatIsNotAcknowledgedThroughACompaction) {
  const Folder folder;
  auto small = options(folder);
  small.compact_bytes = 100;
  const auto spool = Spool::open(small).or_throw();
  std::uint64_t last = 0;
  for (int i = 0; i < 100; ++i) last = spool->append({{"type", "x"}, {"i", i}, {"filling", std::string(100, 'f')}});
  ASSERT_TRUE(spool->flush(patience));
  const auto before = std::filesystem::file_size(file(folder));
  EXPECT_TRUE(spool->acknowledge(last - 3));
  ASSERT_TRUE(eventually([&] { return std::filesystem::file_size(file(folder)) < before / 10; }));
  spool->append({{"type", "x"}, {"i", 100}});
  ASSERT_TRUE(spool->flush(patience));
  const auto page = spool->read(0, 10);
  ASSERT_EQ(page.events.size(), 4U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(page.events[static_cast<std::size_t>(i)]["i"], 97 + i);
}

TEST(TheSpool, CutsATornTailOffAndNotMore) {
  const Folder folder;
  {
    const auto spool = open(folder);
    spool->append({{"type", "x"}});
    spool->append({{"type", "y"}});
  }
  const auto whole = std::filesystem::file_size(file(folder));
  std::ofstream(file(folder), std::ios::app) << "{\"crc\":\"00000000\",\"number\":99,\"ru";
  const auto spool = open(folder);
  EXPECT_EQ(types(spool->read(0, 10).events), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(std::filesystem::file_size(file(folder)), whole);
  EXPECT_EQ(spool->status()["damaged"], 0);
}

TEST(TheSpool, CutsATailWhoseLastLineWasWrittenHalf) {
  const Folder folder;
  std::uint64_t first = 0;
  {
    const auto spool = open(folder);
    first = spool->append({{"type", "x"}});
    spool->append({{"type", "y"}});
  }
  std::filesystem::resize_file(file(folder), std::filesystem::file_size(file(folder)) - 5);
  const auto spool = open(folder);
  EXPECT_EQ(types(spool->read(0, 10).events), std::vector<std::string>{"x"});
  EXPECT_EQ(spool->append({{"type", "z"}}), first + 1);
}

TEST(TheSpool, PassesOverALineThatWentBadInTheMiddleAndCountsIt) {
  const Folder folder;
  {
    const auto spool = open(folder);
    for (const char* type : {"x", "y", "z"}) spool->append({{"type", type}});
  }
  std::string text;
  std::getline(std::ifstream(file(folder)), text, '\0');
  text[text.find("\"y\"") + 1] = 'q';
  std::ofstream(file(folder), std::ios::trunc) << text;
  const auto spool = open(folder);
  EXPECT_EQ(types(spool->read(0, 10).events), (std::vector<std::string>{"x", "z"}));
  EXPECT_EQ(spool->status()["damaged"], 1);
}

TEST(TheSpool, GivesOutNoMoreThanWasAskedFor) {
  const Folder folder;
  const auto spool = open(folder);
  const auto first = spool->append({{"type", "x"}});
  for (int i = 0; i < 9; ++i) spool->append({{"type", "x"}});
  ASSERT_TRUE(spool->flush(patience));
  const auto page = spool->read(first, 3);
  EXPECT_EQ(page.events.size(), 3U);
  EXPECT_EQ(page.last, first + 3);
}

TEST(TheSpool, TakesEventsFromManyThreadsWhileOthersReadAndAcknowledge) {
  const Folder folder;
  auto small = options(folder);
  small.compact_bytes = 2000;
  const auto spool = Spool::open(small).or_throw();
  constexpr int each = 300;
  std::vector<std::thread> writers;
  for (int t = 0; t < 3; ++t) {
    writers.emplace_back([&] {
      for (int i = 0; i < each; ++i) spool->append({{"type", "x"}});
    });
  }
  std::uint64_t after = 0;
  std::size_t seen = 0;
  ASSERT_TRUE(eventually([&] {
    const auto page = spool->read(after, 50);
    for (const auto& event : page.events) {
      const auto number = event["number"].get<std::uint64_t>();
      EXPECT_TRUE(after == 0 || number == after + 1);
      after = number;
      ++seen;
    }
    if (after != 0) (void)spool->acknowledge(after);
    return seen == 3U * each;
  }));
  for (auto& writer : writers) writer.join();
}

}  // namespace
}  // namespace wyvern::worker::testing
