// What a store may have beside the rest: statements that go along with the next, and places to go back to.
#include "store_suite/store_suite.hpp"

namespace wyvern::test {

TEST_P(StoreSuite, A_queued_statement_has_run_when_the_next_answers) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.queue("INSERT INTO things VALUES ($1)", {Value::int64(1)}));
  EXPECT_OK(session.queue("INSERT INTO things VALUES ($1)", {Value::int64(2)}));
  EXPECT_EQ(session.execute("SELECT count(*) FROM things").or_throw().rows[0][0].integer, 2);
  EXPECT_OK(session.queue("INSERT INTO things VALUES ($1)", {Value::int64(3)}));
  EXPECT_OK(session.commit());
  EXPECT_EQ(single("SELECT count(*) FROM things").integer, 3);
}

TEST_P(StoreSuite, A_queued_statement_outside_a_transaction_is_made_at_once) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  auto session = writer();
  EXPECT_OK(session.queue("INSERT INTO things VALUES (1)"));
  EXPECT_EQ(single("SELECT count(*) FROM things").integer, 1);
  EXPECT_EQ(session.queue("INSERT INTO things VALUES (1)").error().code, "store.unique");
}

TEST_P(StoreSuite, A_queued_statement_that_fails_is_told_by_the_next_call_at_the_latest_which_does_nothing) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  run("INSERT INTO things VALUES (1)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.mark());
  EXPECT_OK(session.execute("SELECT count(*) FROM things"));
  auto told = session.queue("INSERT INTO things VALUES (1)");
  if (told.ok()) {
    const auto next = session.execute("INSERT INTO things VALUES (2)");
    ASSERT_FALSE(next.ok());
    told = next.error();
  }
  EXPECT_EQ(told.error().code, "store.unique");
  EXPECT_EQ(session.execute("SELECT 1").error().code, "store.aborted");
  EXPECT_OK(session.undo_to_mark());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (3)"));
  EXPECT_OK(session.commit());
  EXPECT_EQ(single("SELECT sum(id) FROM things").integer, 4);
}

TEST_P(StoreSuite, A_queued_statement_that_fails_at_the_commit_undoes_all) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  run("INSERT INTO things VALUES (1)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (2)"));
  const auto told = session.queue("INSERT INTO things VALUES (1)");
  EXPECT_EQ(session.commit().error().code, told.ok() ? "store.unique" : "store.aborted");
  EXPECT_EQ(single("SELECT count(*) FROM things").integer, 1);
  EXPECT_OK(session.execute("INSERT INTO things VALUES (3)"));  // the session goes on
}

TEST_P(StoreSuite, What_came_after_the_mark_is_undone_and_what_came_before_is_kept) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  EXPECT_OK(session.mark());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (2)"));
  EXPECT_OK(session.undo_to_mark());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (4)"));
  EXPECT_OK(session.undo_to_mark());
  EXPECT_OK(session.queue("INSERT INTO things VALUES (8)"));
  EXPECT_OK(session.undo_to_mark());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (16)"));
  EXPECT_OK(session.mark());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (32)"));
  EXPECT_OK(session.undo_to_mark());
  EXPECT_OK(session.commit());
  EXPECT_EQ(single("SELECT sum(id) FROM things").integer, 17);
}

TEST_P(StoreSuite, A_statement_that_failed_is_undone_to_the_mark) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  EXPECT_OK(session.mark());
  EXPECT_EQ(session.execute("INSERT INTO things VALUES (1)").error().code, "store.unique");
  EXPECT_OK(session.undo_to_mark());
  EXPECT_OK(session.commit());
  EXPECT_EQ(single("SELECT sum(id) FROM things").integer, 1);
}

TEST_P(StoreSuite, A_mark_that_was_not_reached_is_no_place_to_go_back_to) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  run("INSERT INTO things VALUES (1)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.mark());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (2)"));
  const auto queued = session.queue("INSERT INTO things VALUES (1)");
  const auto marked = session.mark();
  if (queued.ok() && marked.ok()) {
    EXPECT_EQ(session.undo_to_mark().error().code, "store.aborted");
    EXPECT_FALSE(session.commit().ok());
  } else {
    EXPECT_OK(session.undo_to_mark());  // the fault was told, and the mark is where it was
    EXPECT_OK(session.commit());
  }
  EXPECT_EQ(single("SELECT count(*) FROM things").integer, 1);
}

TEST_P(StoreSuite, A_mark_belongs_to_its_transaction) {
  auto session = writer();
  EXPECT_EQ(session.mark().error().status, WYV_WRONG_STATE);
  EXPECT_EQ(session.undo_to_mark().error().status, WYV_WRONG_STATE);
  EXPECT_OK(session.begin());
  EXPECT_EQ(session.undo_to_mark().error().status, WYV_WRONG_STATE);
  EXPECT_OK(session.mark());
  EXPECT_OK(session.commit());
  EXPECT_OK(session.begin());
  EXPECT_EQ(session.undo_to_mark().error().status, WYV_WRONG_STATE);
  EXPECT_OK(session.mark());
  EXPECT_OK(session.rollback());
}

TEST_P(StoreSuite, A_statement_that_came_too_late_is_undone_to_the_mark_and_the_transaction_goes_on) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  const std::string counting =
      "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
      "SELECT count(*) FROM n";
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  EXPECT_OK(session.mark());
  EXPECT_OK(session.execute(counting, {Value::int64(10)}));  // so that a store that keeps statements has it
  EXPECT_OK(session.queue("INSERT INTO things VALUES (2)"));
  const auto late = session.execute(counting, {Value::int64(100'000'000'000)}, std::chrono::milliseconds(300));
  EXPECT_EQ(late.error().status, WYV_TIMEOUT);
  EXPECT_OK(session.undo_to_mark());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (4)"));
  EXPECT_OK(session.commit());
  EXPECT_EQ(single("SELECT sum(id) FROM things").integer, 5);
}

}  // namespace wyvern::test
