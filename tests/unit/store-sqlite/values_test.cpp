#include <limits>

#include "sqlite_plugin.hpp"

namespace wyvern::test {

// SQLite would store NULL in its place.
TEST(SqliteValues, A_number_that_is_none_is_refused) {
  SqliteUnderTest under_test;
  auto session = SessionClient::open(StoreClient(under_test.instance()), WYV_SESSION_WRITE).or_throw();
  EXPECT_OK(session.execute("CREATE TABLE kept (d DOUBLE PRECISION)"));
  const auto refused =
      session.execute("INSERT INTO kept VALUES ($1)", {Value::number(std::numeric_limits<double>::quiet_NaN())});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().status, WYV_INVALID);
}

TEST(SqliteValues, An_expression_has_the_type_of_its_storage_class) {
  SqliteUnderTest under_test;
  auto session = SessionClient::open(StoreClient(under_test.instance()), WYV_SESSION_WRITE).or_throw();
  EXPECT_OK(session.execute("CREATE TABLE kept (yes BOOLEAN, at TIMESTAMP)"));
  EXPECT_OK(session.execute("INSERT INTO kept VALUES (1, 5)"));
  EXPECT_EQ(session.execute("SELECT yes, at, max(at), yes + 0, 'a' || 'b', 1.5 FROM kept").or_throw().rows[0],
            (Row{Value::boolean(true), Value::timestamp(5), Value::int64(5), Value::int64(1), Value::of("ab"),
                 Value::number(1.5)}));
}

TEST(SqliteValues, Parameters_are_written_with_a_dollar_and_a_number) {
  SqliteUnderTest under_test;
  auto session = SessionClient::open(StoreClient(under_test.instance()), WYV_SESSION_READ).or_throw();
  for (const char* sql : {"SELECT ?", "SELECT :name", "SELECT @name", "SELECT $name", "SELECT $0"}) {
    const auto refused = session.execute(sql, {Value::int64(1)});
    ASSERT_FALSE(refused.ok()) << sql;
    EXPECT_EQ(refused.error().code, "store.parameters");
  }
}

TEST(SqliteValues, A_statement_may_run_within_the_rows_of_the_same_text) {
  SqliteUnderTest under_test;
  auto session = SessionClient::open(StoreClient(under_test.instance()), WYV_SESSION_READ).or_throw();
  const char* sql = "SELECT 1 UNION ALL SELECT 2";
  int inner = 0;
  EXPECT_OK(session.execute(sql, {}, kPatience, nullptr, [&](const Row&) {
    inner += static_cast<int>(session.execute(sql).or_throw().rows.size());
    return true;
  }));
  EXPECT_EQ(inner, 4);
}

// A setting that a script changes does not outlive its session.
TEST(SqliteValues, Foreign_keys_stay_checked_after_a_script_that_turned_them_off) {
  SqliteUnderTest under_test;
  const StoreClient store(under_test.instance());
  EXPECT_OK(SessionClient::open(store, WYV_SESSION_WRITE)
                .or_throw()
                .script("PRAGMA foreign_keys=OFF; CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER "
                        "REFERENCES a (id))"));
  auto session = SessionClient::open(store, WYV_SESSION_WRITE).or_throw();
  EXPECT_EQ(session.execute("INSERT INTO b VALUES (1)").error().code, "store.foreign_key");
}

}  // namespace wyvern::test
