#include "store_suite/store_suite.hpp"

namespace wyvern::test {

TEST_P(StoreSuite, Columns_have_names_and_an_empty_answer_has_no_rows) {
  run("CREATE TABLE things (id BIGINT, name TEXT)");
  run("INSERT INTO things VALUES (1, 'one')");
  auto session = reader();
  const auto answer = session.execute("SELECT id, name AS label FROM things").or_throw();
  EXPECT_EQ(answer.names, (std::vector<std::string>{"id", "label"}));
  EXPECT_TRUE(session.execute("SELECT id FROM things WHERE id = 2").or_throw().rows.empty());
}

TEST_P(StoreSuite, A_change_whose_rows_are_ended_early_is_made_whole) {
  run("CREATE TABLE things (id BIGINT)");
  {
    auto session = writer();
    EXPECT_OK(session.execute("INSERT INTO things VALUES (1), (2), (3) RETURNING id", {}, kPatience, nullptr,
                              [](const Row&) { return false; }));
  }
  EXPECT_EQ(single("SELECT count(*) FROM things").integer, 3);
}

TEST_P(StoreSuite, A_parameter_may_be_cast_with_two_colons) {
  EXPECT_EQ(single("SELECT CAST($1::bigint AS BIGINT)", {Value::int64(5)}).integer, 5);
}

TEST_P(StoreSuite, A_statement_sees_columns_that_were_added_since_it_was_first_run) {
  auto session = writer();
  EXPECT_OK(session.execute("CREATE TABLE things (id BIGINT)"));
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1)"));
  EXPECT_EQ(session.execute("SELECT * FROM things").or_throw().rows[0].size(), 1U);
  EXPECT_OK(session.execute("ALTER TABLE things ADD COLUMN name TEXT"));
  EXPECT_EQ(session.execute("SELECT * FROM things").or_throw().rows[0].size(), 2U);
}

TEST_P(StoreSuite, An_insert_that_meets_its_like_can_be_left_out_or_turned_into_an_update) {
  auto session = writer();
  EXPECT_OK(session.execute("CREATE TABLE things (id BIGINT PRIMARY KEY, n BIGINT)"));
  EXPECT_OK(session.begin());
  EXPECT_EQ(session.execute("INSERT INTO things VALUES (1, 1)").or_throw().affected, 1U);
  EXPECT_EQ(session.execute("INSERT INTO things VALUES (1, 2) ON CONFLICT DO NOTHING").or_throw().affected, 0U);
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1, 3) ON CONFLICT (id) DO UPDATE SET n = excluded.n"));
  EXPECT_OK(session.commit());
  EXPECT_EQ(single("SELECT n FROM things").integer, 3);
}

}  // namespace wyvern::test
