#include "store_suite/store_suite.hpp"

namespace wyvern::test {

TEST_P(StoreSuite, A_returning_clause_gives_values_of_the_declared_types) {
  run("CREATE TABLE kept (id BIGINT, yes BOOLEAN, at TIMESTAMPTZ, data JSON)");
  const auto answer = run("INSERT INTO kept VALUES ($1, $2, $3, $4) RETURNING id, yes, at, data",
                          {Value::int64(1), Value::boolean(true), Value::timestamp(5), Value::json("{}")});
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0], (Row{Value::int64(1), Value::boolean(true), Value::timestamp(5), Value::json("{}")}));
  EXPECT_EQ(answer.affected, 1U);
}

TEST_P(StoreSuite, A_text_that_is_not_utf8_or_holds_a_zero_byte_is_refused_not_altered) {
  run("CREATE TABLE kept (d DOUBLE PRECISION, t TEXT)");
  auto session = writer();
  const auto zero = session.execute("INSERT INTO kept (t) VALUES ($1)", {Value::of(std::string("a\0b", 3))});
  ASSERT_FALSE(zero.ok());
  EXPECT_EQ(zero.error().status, WYV_INVALID);
  for (const char* broken : {"\xff\xfe", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "cut \xe4\xb8"}) {
    const auto refused = session.execute("INSERT INTO kept (t) VALUES ($1)", {Value::of(broken)});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().status, WYV_INVALID);
  }
  EXPECT_EQ(session.execute("SELECT count(*) FROM kept").or_throw().rows[0][0].integer, 0);
}

TEST_P(StoreSuite, Comparisons_work_on_booleans_and_timestamps) {
  run("CREATE TABLE kept (id BIGINT, yes BOOLEAN, at TIMESTAMPTZ)");
  run("INSERT INTO kept VALUES (1, $1, $2)", {Value::boolean(true), Value::timestamp(1000)});
  run("INSERT INTO kept VALUES (2, $1, $2)", {Value::boolean(false), Value::timestamp(2000)});
  EXPECT_EQ(single("SELECT id FROM kept WHERE yes = $1", {Value::boolean(false)}).integer, 2);
  EXPECT_EQ(single("SELECT id FROM kept WHERE at < $1", {Value::timestamp(1500)}).integer, 1);
}

}  // namespace wyvern::test
