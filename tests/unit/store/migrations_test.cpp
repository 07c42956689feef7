#include "store/migrations.hpp"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "both_stores.hpp"

namespace wyvern::test {
namespace {

using store::migrate;
using store::Migration;

constexpr std::array<Migration, 2> known{{{1, "001-first", "CREATE TABLE things (id BIGINT PRIMARY KEY);"},
                                          {2, "002-second", "ALTER TABLE things ADD COLUMN name TEXT;"}}};

class Migrations : public BothStores {};
INSTANTIATE_TEST_SUITE_P(On, Migrations, testing::Values("sqlite", "postgres"),
                         [](const auto& info) { return std::string(info.param); });

// The code that `call` fails with.
template <class F>
std::string code_of(F&& call) {
  try {
    call();
    return "";
  } catch (const Failure& failure) {
    return failure.error().code;
  }
}

TEST_P(Migrations, ThoseOfTheDialectApplyOnce) {
  const auto all = store::migrations_for(store.dialect());
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(store::plan_migrations(store, all).pending.size(), all.size());
  EXPECT_EQ(migrate(store, all), static_cast<int>(all.size()));
  EXPECT_EQ(migrate(store, all), 0);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM playout_channels"), 0);
}

TEST_P(Migrations, APlanChangesNothing) {
  EXPECT_EQ(store::plan_migrations(store, known).pending.size(), 2U);
  EXPECT_EQ(code_of([&] { (void)number("SELECT COUNT(*) AS n FROM migrations"); }), "store.syntax");
}

TEST_P(Migrations, OnlyWhatIsNewIsApplied) {
  EXPECT_EQ(migrate(store, std::span(known).first(1)), 1);
  const auto plan = store::plan_migrations(store, known);
  ASSERT_EQ(plan.pending.size(), 1U);
  EXPECT_EQ(plan.pending[0].number, 2);
  EXPECT_EQ(migrate(store, known), 1);
}

TEST_P(Migrations, OneThatWasChangedAfterwardsIsRefused) {
  (void)migrate(store, known);
  auto changed = known;
  changed[0].sql = "CREATE TABLE other (id BIGINT);";
  EXPECT_EQ(code_of([&] { (void)migrate(store, changed); }), "store.migration_changed");
}

TEST_P(Migrations, AStoreOfANewerReleaseIsRefused) {
  (void)migrate(store, known);
  EXPECT_EQ(code_of([&] { (void)migrate(store, std::span(known).first(1)); }), "store.schema_newer");
}

TEST_P(Migrations, OneThatFailsLeavesNothingOfItselfAndKeepsThoseBefore) {
  auto broken = known;
  broken[1].sql = "ALTER TABLE things ADD COLUMN name TEXT; INSERT INTO nowhere VALUES (1);";
  EXPECT_EQ(code_of([&] { (void)migrate(store, broken); }), "store.syntax");
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM migrations"), 1);
  EXPECT_EQ(code_of([&] { (void)number("SELECT COUNT(name) AS n FROM things"); }), "store.syntax");
  EXPECT_EQ(migrate(store, known), 1);
}

TEST_P(Migrations, TenAtOnceApplyEachOnce) {
  std::vector<std::unique_ptr<PluginInstance>> programs;
  for (int i = 0; std::string(GetParam()) == "postgres" && i < 10; ++i) programs.push_back(opened());
  std::atomic<int> applied = 0;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 10; ++i)
    threads.emplace_back([&, i] { applied += migrate(programs.empty() ? store : store_of(*programs[i]), known); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(applied, 2);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM migrations"), 2);
}

}  // namespace
}  // namespace wyvern::test
