#include "store_suite/store_suite.hpp"

namespace wyvern::test {
TEST_P(StoreSuite, A_second_begin_is_out_of_order_and_harms_nothing) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  EXPECT_EQ(session.begin().error().status, WYV_WRONG_STATE);
  EXPECT_OK(session.commit());
  EXPECT_EQ(single("SELECT count(*) FROM things").integer, 1);
}

TEST_P(StoreSuite, Commit_and_rollback_without_a_transaction_are_out_of_order) {
  auto session = writer();
  EXPECT_EQ(session.commit().error().status, WYV_WRONG_STATE);
  EXPECT_EQ(session.rollback().error().status, WYV_WRONG_STATE);
  EXPECT_OK(session.begin());
  EXPECT_OK(session.commit());
  EXPECT_EQ(session.commit().error().status, WYV_WRONG_STATE);
}

TEST_P(StoreSuite, A_deferred_constraint_that_fails_at_commit_changes_nothing) {
  run("CREATE TABLE things (id BIGINT PRIMARY KEY)");
  run("CREATE TABLE parts (id BIGINT PRIMARY KEY, thing BIGINT REFERENCES things (id) DEFERRABLE INITIALLY DEFERRED)");
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.execute("INSERT INTO parts VALUES (1, 99)"));
  const auto failed = session.commit();
  EXPECT_EQ(failed.error().code, "store.foreign_key");
  EXPECT_EQ(failed.error().status, WYV_CONFLICT);
  EXPECT_EQ(session.execute("SELECT count(*) FROM parts").or_throw().rows[0][0].integer, 0);
}

TEST_P(StoreSuite, A_script_in_a_transaction_is_undone_with_it) {
  auto session = writer();
  EXPECT_OK(session.begin());
  EXPECT_OK(session.script("CREATE TABLE made (id BIGINT); INSERT INTO made VALUES (1); -- a remark\n"));
  EXPECT_OK(session.rollback());
  EXPECT_EQ(session.execute("SELECT * FROM made").error().code, "store.syntax");
  EXPECT_OK(session.script("CREATE TABLE made (id BIGINT); INSERT INTO made VALUES (1)"));
  EXPECT_EQ(single("SELECT id FROM made").integer, 1);
}

TEST_P(StoreSuite, A_script_that_fails_names_the_fault) {
  auto session = writer();
  EXPECT_OK(session.begin());
  const auto failed = session.script("CREATE TABLE made (id BIGINT); CREATE TABEL other (id BIGINT)");
  EXPECT_EQ(failed.error().code, "store.syntax");
  EXPECT_NE(failed.error().message.find("TABEL"), std::string::npos) << failed.error().message;
  EXPECT_OK(session.rollback());
}

TEST_P(StoreSuite, Transactions_cannot_be_begun_or_ended_by_sql_text) {
  auto session = writer();
  EXPECT_EQ(session.execute("BEGIN").error().code, "store.not_allowed");
  EXPECT_OK(session.begin());
  EXPECT_EQ(session.execute("COMMIT").error().code, "store.not_allowed");
  EXPECT_OK(session.rollback());
}

}  // namespace wyvern::test
