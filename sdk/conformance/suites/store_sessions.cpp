// Stores: transactions, faults, and several sessions at once.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "suites/store.hpp"

namespace wyvern::conformance {
namespace {

using namespace std::chrono_literals;

// Runs for hours unless it is ended.
constexpr const char* endless =
    "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) "
    "SELECT count(*) FROM n";

TEST_F(Store, KeepsWhatIsCommitted) {
  make_things("id BIGINT");
  auto session = writer();
  ASSERT_TRUE(is_ok(session.begin()));
  for (const char* id : {"1", "2"})
    ASSERT_TRUE(is_ok(session.execute("INSERT INTO " + things + " VALUES (" + id + ")").outcome));
  ASSERT_TRUE(is_ok(session.commit()));
  EXPECT_EQ(integer(count_things()), 2) << "as another session sees it";
}

TEST_F(Store, HidesWhatIsNotCommitted) {
  auto session = begun_with_a_row();
  EXPECT_EQ(integer(count_things()), 0) << "as another session sees it, which does not wait";
}

TEST_F(Store, SeesItsOwnChanges) {
  auto session = begun_with_a_row();
  EXPECT_EQ(integer(session, count_things()), 1) << "before the commit";
}

TEST_F(Store, ShowsAReaderWhatWasCommittedMeanwhile) {
  make_things("id BIGINT");
  auto session = reader();
  ASSERT_EQ(integer(session, count_things()), 0);
  run("INSERT INTO " + things + " VALUES (1)");
  EXPECT_EQ(integer(session, count_things()), 1) << "in a session that was open before";
}

TEST_F(Store, RollsBack) {
  auto session = begun_with_a_row();
  ASSERT_TRUE(is_ok(session.rollback()));
  EXPECT_EQ(integer(count_things()), 0);
}

TEST_F(Store, RollsBackWhenASessionIsClosed) {
  begun_with_a_row().close();
  EXPECT_EQ(integer(count_things()), 0);
  run("INSERT INTO " + things + " VALUES (2)");  // and nobody waits for it
}

TEST_F(Store, RefusesASecondBegin) {
  auto session = writer();
  ASSERT_TRUE(is_ok(session.begin()));
  EXPECT_TRUE(is(WYV_WRONG_STATE, session.begin()));
}
TEST_F(Store, RefusesACommitWithoutABegin) {
  auto session = writer();
  EXPECT_TRUE(is(WYV_WRONG_STATE, session.commit()));
}
TEST_F(Store, RefusesARollbackWithoutABegin) {
  auto session = writer();
  EXPECT_TRUE(is(WYV_WRONG_STATE, session.rollback()));
}

TEST_F(Store, AbortsATransactionWithAFailure) {
  auto session = begun_with_a_row();
  ASSERT_FALSE(session.execute(insert_row()).outcome.ok()) << "of the same row again";
  EXPECT_TRUE(fails(WYV_WRONG_STATE, "store.aborted", session.execute(count_things()).outcome)) << "the next statement";
  EXPECT_TRUE(fails(WYV_WRONG_STATE, "store.aborted", session.script(insert_row()))) << "a script";
}
TEST_F(Store, RollsBackWithACommitAfterAFailure) {
  auto session = begun_with_a_row();
  ASSERT_FALSE(session.execute(insert_row()).outcome.ok()) << "of the same row again";
  EXPECT_TRUE(fails(WYV_WRONG_STATE, "store.aborted", session.commit()));
  EXPECT_EQ(integer(count_things()), 0);
  EXPECT_TRUE(is_ok(session.begin())) << "of the next transaction";
}
TEST_F(Store, GoesOnAfterARollback) {
  auto session = begun_with_a_row();
  ASSERT_FALSE(session.execute(insert_row()).outcome.ok()) << "of the same row again";
  ASSERT_TRUE(is_ok(session.rollback()));
  EXPECT_TRUE(is_ok(session.execute(insert_row()).outcome)) << "the next statement";
}
TEST_F(Store, GoesOnAfterAFailure) {
  make_things("id BIGINT");
  auto session = writer();
  ASSERT_FALSE(session.execute("SELEC 1").outcome.ok());
  EXPECT_TRUE(is_ok(session.execute("INSERT INTO " + things + " VALUES (1)").outcome)) << "the next statement";
}
TEST_F(Store, UndoesAFailedStatementWhole) {
  make_things("id BIGINT PRIMARY KEY");
  run("INSERT INTO " + things + " VALUES (5)");
  {
    auto session = writer();
    ASSERT_FALSE(session.execute("INSERT INTO " + things + " VALUES (1), (2), (5)").outcome.ok());
  }
  EXPECT_EQ(integer(count_things()), 1);
}
TEST_F(Store, TellsThatACommitFailed) {
  make_things("id BIGINT PRIMARY KEY");
  run("CREATE TABLE " + parts + " (thing BIGINT REFERENCES " + things + " (id) DEFERRABLE INITIALLY DEFERRED)");
  {
    auto session = writer();
    ASSERT_TRUE(is_ok(session.begin()));
    ASSERT_TRUE(is_ok(session.execute("INSERT INTO " + parts + " VALUES (99)").outcome));
    EXPECT_TRUE(is(WYV_CONFLICT, session.commit())) << "what it refers to is missing";
  }
  EXPECT_EQ(integer("SELECT count(*) FROM " + parts), 0);
}
TEST_F(Store, TellsWhatBecameOfALateCommit) {
  auto session = begun_with_a_row();
  const auto outcome = session.commit({.timeout = 0ns});
  session.close();
  EXPECT_LT(outcome.took, store_grace);
  if (!outcome.reports.empty() && outcome.reports[0].code == "store.outcome_unknown")
    GTEST_SKIP() << "it does not know";
  EXPECT_EQ(integer(count_things()), outcome.ok() ? 1 : 0) << "after a commit that ended " << to_string(outcome);
}

TEST_F(Store, CallsADuplicateUnique) {
  make_things("id BIGINT PRIMARY KEY, name TEXT UNIQUE");
  run("INSERT INTO " + things + " VALUES (1, 'one')");
  for (const char* row : {" VALUES (1, 'two')", " VALUES (2, 'one')"})
    EXPECT_TRUE(fails(WYV_CONFLICT, "store.unique", writer().execute("INSERT INTO " + things + row).outcome)) << row;
}
TEST_F(Store, CallsAMissingReferenceAForeignKey) {
  make_things("id BIGINT PRIMARY KEY");
  run("CREATE TABLE " + parts + " (thing BIGINT REFERENCES " + things + " (id))");
  run("INSERT INTO " + things + " VALUES (1)");
  run("INSERT INTO " + parts + " VALUES (1)");
  for (const auto& sql : {"INSERT INTO " + parts + " VALUES (99)", "DELETE FROM " + things})
    EXPECT_TRUE(fails(WYV_CONFLICT, "store.foreign_key", writer().execute(sql).outcome)) << sql;
}
TEST_F(Store, CallsWrongSqlASyntaxFault) {
  for (const char* sql : {"SELEC 1", "SELECT (1", ""})
    EXPECT_TRUE(fails(WYV_INVALID, "store.syntax", writer().execute(sql).outcome)) << "'" << sql << "'";
}
TEST_F(Store, RefusesAChangeInAReadSession) {
  make_things("id BIGINT");
  auto session = reader();
  EXPECT_TRUE(
      fails(WYV_INVALID, "store.read_session", session.execute("INSERT INTO " + things + " VALUES (1)").outcome));
}
TEST_F(Store, RefusesAnUnknownMode) {
  wyv_session* raw = nullptr;
  EXPECT_TRUE(is(WYV_INVALID, try_open(instance, 7, &raw)));
}

TEST_F(Store, RunsAScript) {
  make_things("id BIGINT");
  {
    auto session = writer();
    ASSERT_TRUE(is_ok(session.script("-- a remark; of its own\nINSERT INTO " + things + " VALUES (1);\n\nINSERT INTO " +
                                     things + " VALUES (2); -- another\n")));
  }
  EXPECT_EQ(integer(count_things()), 2) << "rows of a script of two statements";
}
TEST_F(Store, UndoesAScriptThatFailedInATransaction) {
  make_things("id BIGINT");
  {
    auto session = writer();
    ASSERT_TRUE(is_ok(session.begin()));
    ASSERT_FALSE(session.script("INSERT INTO " + things + " VALUES (1); SELEC 1").ok());
  }
  EXPECT_EQ(integer(count_things()), 0);
}

TEST_F(Store, OpensABoundedNumberOfSessions) {
  std::vector<OpenSession> sessions;
  EXPECT_TRUE(is(WYV_TIMEOUT, fill(sessions))) << "with " << sessions.size() << " sessions open";
}
TEST_F(Store, WaitsForASessionUntilTheDeadline) {
  std::vector<OpenSession> sessions;
  const auto outcome = fill(sessions);
  if (outcome.status != WYV_TIMEOUT) GTEST_SKIP() << "its sessions are not bounded";
  EXPECT_GE(outcome.took, fill_timeout - 1ms);
  EXPECT_LT(outcome.took, fill_timeout + store_grace);
}
TEST_F(Store, GivesAClosedSessionToTheNext) {
  std::vector<OpenSession> sessions;
  if (fill(sessions).status != WYV_TIMEOUT) GTEST_SKIP() << "its sessions are not bounded";
  ASSERT_FALSE(sessions.empty()) << "not one was to be had";
  sessions.pop_back();
  wyv_session* raw = nullptr;
  EXPECT_TRUE(is_ok(try_open(instance, WYV_SESSION_READ, &raw, {.timeout = 2s})));
}
TEST_F(Store, HearsACancellationWhileItWaits) {
  std::vector<OpenSession> sessions;
  if (fill(sessions).status != WYV_TIMEOUT) GTEST_SKIP() << "its sessions are not bounded";
  wyv_session* raw = nullptr;
  const auto outcome = try_open(instance, WYV_SESSION_READ, &raw, {.timeout = 3s, .cancelled_after = 50ms});
  EXPECT_TRUE(is(WYV_CANCELLED, outcome));
  EXPECT_LT(outcome.took, 50ms + store_grace);
}
TEST_F(Store, EndsALateStatement) {
  auto session = reader();
  const auto outcome = session.execute(endless, {}, {.timeout = 50ms}).outcome;
  EXPECT_TRUE(is(WYV_TIMEOUT, outcome));
  EXPECT_LT(outcome.took, 50ms + store_grace);
}
TEST_F(Store, EndsACancelledStatement) {
  auto session = reader();
  const auto outcome = session.execute(endless, {}, {.timeout = 3s, .cancelled_after = 50ms}).outcome;
  EXPECT_TRUE(is(WYV_CANCELLED, outcome));
  EXPECT_LT(outcome.took, 50ms + store_grace);
}

TEST_F(Store, LosesNoUpdateOfManyWriters) {
  constexpr int writers = 4;
  constexpr int rounds = 25;
  make_things("n BIGINT");
  run("INSERT INTO " + things + " VALUES (0)");
  std::atomic<int> done = 0;
  const auto write = [&] {
    for (int i = 0; i < rounds; ++i) {
      wyv_session* raw = nullptr;
      if (!try_open(instance, WYV_SESSION_WRITE, &raw).ok()) continue;
      OpenSession session(*table_, raw);
      if (session.begin().ok() && session.execute("UPDATE " + things + " SET n = n + 1").outcome.ok() &&
          session.commit().ok())
        ++done;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) threads.emplace_back(write);
  for (auto& thread : threads) thread.join();
  EXPECT_GT(done, 0) << "commits that succeeded";  // a store may refuse some of them as busy
  EXPECT_EQ(integer("SELECT n FROM " + things), done) << "updates there are, of those whose commit succeeded";
}

TEST_F(Store, KeepsDataOverAStop) {
  make_things("id BIGINT");
  run("INSERT INTO " + things + " VALUES (1)");
  ASSERT_TRUE(is_ok(instance.stop()));
  ASSERT_TRUE(is_ok(instance.prepare()));
  ASSERT_TRUE(is_ok(instance.start()));
  EXPECT_EQ(integer(count_things()), 1);
}
TEST_F(Store, KeepsACommitWhenItsProcessDies) {
  ASSERT_TRUE(is_ok(instance.stop()));
  const auto commit_elsewhere = [this] {
    Instance other(host);
    if (!other.create().ok() || !other.prepare().ok() || !other.start().ok()) return false;
    wyv_session* raw = nullptr;
    if (!try_open(other, WYV_SESSION_WRITE, &raw).ok()) return false;
    OpenSession session(*table_, raw);
    return session.execute("DROP TABLE IF EXISTS " + things).outcome.ok() &&
           session.execute("CREATE TABLE " + things + " (id BIGINT)").outcome.ok() &&
           session.execute("INSERT INTO " + things + " VALUES (1)").outcome.ok();
  };
  const pid_t child = fork();
  if (child == 0) _exit(commit_elsewhere() ? 0 : 1);  // without a stop
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0) << "of the process that was to commit";
  ASSERT_TRUE(is_ok(instance.prepare()));
  ASSERT_TRUE(is_ok(instance.start()));
  EXPECT_EQ(integer(count_things()), 1);
}
TEST_F(Store, ClosesSessionsForGood) {
  const auto use = [this](int times) {
    for (int i = 0; i < times; ++i) (void)reader().execute("SELECT CAST(1 AS BIGINT)");
  };
  use(20);  // what a store keeps for itself
  const auto before = look_at_process();
  const auto bytes = heap_bytes();
  use(50);
  EXPECT_EQ(more(before.descriptors, settle(before).descriptors), "") << "descriptors that sessions left";
  EXPECT_LT(heap_bytes(), bytes + 50 * 64) << "memory that sessions left";
}

}  // namespace
}  // namespace wyvern::conformance
