#include <limits>

#include "store_suite/store_suite.hpp"

namespace wyvern::test {

namespace {

constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

struct Column {
  const char* type;
  std::vector<Value> values;
};

std::vector<Column> columns() {
  return {
      {"BOOLEAN", {Value::boolean(true), Value::boolean(false)}},
      {"BIGINT", {Value::int64(0), Value::int64(-1), Value::int64(kSmallest), Value::int64(kLargest)}},
      {"DOUBLE PRECISION",
       {Value::number(0), Value::number(3), Value::number(-0.1), Value::number(1e300), Value::number(5e-324),
        Value::number(std::numeric_limits<double>::infinity())}},
      {"TEXT",
       {Value::of(""), Value::of("plain"), Value::of("0123"), Value::of("1e5"), Value::of("it's; -- \"quoted\" $1 ?"),
        Value::of("Grüße, 世界, مرحبا, 🎬"), Value::of("a\nb\tc")}},
      {"BYTEA", {Value::bytes(""), Value::bytes(std::string("\0\x01\xff\x80", 4)), Value::bytes("text")}},
      {"TIMESTAMPTZ",
       {Value::timestamp(0), Value::timestamp(1'795'298'270'123'456), Value::timestamp(-1), Value::timestamp(1)}},
      {"JSON",
       {Value::json("{}"), Value::json("[]"), Value::json("null"), Value::json("true"), Value::json("17"),
        Value::json("\"text\""), Value::json(R"({"a":[1,2.5,null,"ü"],"b":{"c":true}})")}},
  };
}

}  // namespace

TEST_P(StoreSuite, Every_type_comes_back_as_it_was_stored) {
  for (const auto& column : columns()) {
    SCOPED_TRACE(column.type);
    run(std::string("CREATE TABLE kept (id BIGINT PRIMARY KEY, v ") + column.type + ")");
    auto session = writer();
    for (std::size_t i = 0; i < column.values.size(); ++i) {
      EXPECT_OK(session.execute("INSERT INTO kept (id, v) VALUES ($1, $2)",
                                {Value::int64(static_cast<std::int64_t>(i)), column.values[i]}));
    }
    const auto answer = session.execute("SELECT v FROM kept ORDER BY id").or_throw();
    ASSERT_EQ(answer.rows.size(), column.values.size());
    for (std::size_t i = 0; i < column.values.size(); ++i) EXPECT_EQ(answer.rows[i][0], column.values[i]);
    EXPECT_OK(session.execute("DROP TABLE kept"));
  }
}

TEST_P(StoreSuite, Null_is_null_in_a_column_of_every_type) {
  for (const auto& column : columns()) {
    SCOPED_TRACE(column.type);
    run(std::string("CREATE TABLE kept (v ") + column.type + ")");
    run("INSERT INTO kept VALUES ($1)", {Value::null()});
    EXPECT_EQ(single("SELECT v FROM kept"), Value::null());
    EXPECT_EQ(single("SELECT count(*) FROM kept WHERE v IS NULL").integer, 1);
    run("DROP TABLE kept");
  }
}

TEST_P(StoreSuite, A_returning_clause_gives_values_of_the_declared_types) {
  run("CREATE TABLE kept (id BIGINT, yes BOOLEAN, at TIMESTAMPTZ, data JSON)");
  const auto answer = run("INSERT INTO kept VALUES ($1, $2, $3, $4) RETURNING id, yes, at, data",
                          {Value::int64(1), Value::boolean(true), Value::timestamp(5), Value::json("{}")});
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0], (Row{Value::int64(1), Value::boolean(true), Value::timestamp(5), Value::json("{}")}));
  EXPECT_EQ(answer.affected, 1U);
}

TEST_P(StoreSuite, Long_texts_and_bytes_come_back_whole) {
  run("CREATE TABLE kept (t TEXT, b BYTEA)");
  std::string text;
  while (text.size() < 3U << 20U) text += "zwölf Boxkämpfer ";
  std::string bytes(3U << 20U, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  run("INSERT INTO kept VALUES ($1, $2)", {Value::of(text), Value::bytes(bytes)});
  auto session = reader();
  const auto answer = session.execute("SELECT t, b FROM kept").or_throw();
  EXPECT_TRUE(answer.rows[0][0].text == text);
  EXPECT_TRUE(answer.rows[0][1].text == bytes);
}

TEST_P(StoreSuite, Empty_text_and_empty_bytes_are_not_null) {
  run("CREATE TABLE kept (t TEXT NOT NULL, b BYTEA NOT NULL)");
  run("INSERT INTO kept VALUES ($1, $2)", {Value::of(""), Value::bytes("")});
  EXPECT_EQ(single("SELECT t FROM kept"), Value::of(""));
  EXPECT_EQ(single("SELECT b FROM kept"), Value::bytes(""));
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
