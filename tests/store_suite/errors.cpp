#include <gmock/gmock.h>

#include "store_suite/store_suite.hpp"

namespace wyvern::test {

namespace {

// The error of a statement that must fail.
Error error_of(SessionClient& session, std::string_view sql, const std::vector<Value>& parameters = {}) {
  auto outcome = session.execute(sql, parameters);
  if (outcome.ok()) {
    ADD_FAILURE() << "this should have failed: " << sql;
    return {};
  }
  return outcome.error();
}

constexpr const char* kTables =
    "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, size BIGINT CHECK (size > 0));"
    "CREATE TABLE parts (id BIGINT PRIMARY KEY, thing BIGINT NOT NULL REFERENCES things (id));"
    "INSERT INTO things VALUES (1, 'one', 1); INSERT INTO parts VALUES (1, 1);";

}  // namespace

TEST_P(StoreSuite, A_second_row_with_a_unique_value_is_a_conflict_that_names_the_column) {
  auto session = writer();
  EXPECT_OK(session.script(kTables));
  const auto error = error_of(session, "INSERT INTO things VALUES (2, $1, 1)", {Value::of("one")});
  EXPECT_EQ(error.status, WYV_CONFLICT);
  EXPECT_EQ(error.code, "store.unique");
  EXPECT_THAT(error.cause, testing::HasSubstr("name"));
  EXPECT_FALSE(error.retryable);
}

TEST_P(StoreSuite, Missing_and_forbidden_values_are_constraint_faults) {
  auto session = writer();
  EXPECT_OK(session.script(kTables));
  const auto missing = error_of(session, "INSERT INTO things (id) VALUES (3)");
  EXPECT_EQ(missing.code, "store.constraint");
  EXPECT_EQ(missing.status, WYV_INVALID);
  EXPECT_EQ(error_of(session, "INSERT INTO things VALUES (3, 'three', -1)").code, "store.constraint");
}

TEST_P(StoreSuite, Wrong_sql_is_a_syntax_fault_with_the_statement_as_its_cause) {
  auto session = writer();
  for (const char* sql : {"SELEC 1", "SELECT * FROM nowhere", "SELECT nothing FROM (SELECT 1 AS one) t", "", "   "}) {
    SCOPED_TRACE(sql);
    const auto error = error_of(session, sql);
    EXPECT_EQ(error.status, WYV_INVALID);
    EXPECT_EQ(error.code, "store.syntax");
    EXPECT_FALSE(error.message.empty());
  }
}

TEST_P(StoreSuite, Two_statements_in_one_are_refused_and_neither_runs) {
  run("CREATE TABLE things (id BIGINT)");
  auto session = writer();
  EXPECT_EQ(error_of(session, "INSERT INTO things VALUES (1); INSERT INTO things VALUES (2)").code, "store.syntax");
  EXPECT_EQ(
      session.execute("SELECT count(*) FROM things;  -- one statement and a remark").or_throw().rows[0][0].integer, 0);
}

TEST_P(StoreSuite, A_session_for_reading_changes_nothing) {
  run("CREATE TABLE things (id BIGINT)");
  auto session = reader();
  const auto error = error_of(session, "INSERT INTO things VALUES (1)");
  EXPECT_EQ(error.status, WYV_INVALID);
  EXPECT_EQ(error.code, "store.read_session");
  EXPECT_EQ(session.execute("SELECT count(*) FROM things").or_throw().rows[0][0].integer, 0);
}

TEST_P(StoreSuite, A_session_is_opened_for_reading_or_writing_and_nothing_else) {
  const auto opened = SessionClient::open(store(), 7);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().status, WYV_INVALID);
}

}  // namespace wyvern::test
