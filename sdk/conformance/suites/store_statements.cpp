// Stores: values there and back, and what one statement takes and gives.
#include <limits>
#include <nlohmann/json.hpp>

#include "suites/store.hpp"

namespace wyvern::conformance {
namespace {

using Int64 = std::numeric_limits<std::int64_t>;
using Double = std::numeric_limits<double>;

TEST_F(StoreTable, HasEveryFunction) { EXPECT_TRUE(whole()) << "none may be absent"; }

TEST_F(Store, NamesItsDialect) {
  const std::string dialect(text(table_->dialect(instance.raw())));
  EXPECT_TRUE(dialect == "sqlite" || dialect == "postgres") << "'" << dialect << "'";
}

TEST_F(Store, KeepsNulls) {
  for (const char* type : {"BOOLEAN", "BIGINT", "DOUBLE PRECISION", "TEXT", "BYTEA", "TIMESTAMPTZ", "JSON"})
    EXPECT_EQ(kept(type, {Value::null()}), std::vector{Value::null()}) << "in a column of type " << type;
}
TEST_F(Store, KeepsBooleans) {
  const std::vector values{Value::boolean(true), Value::boolean(false)};
  EXPECT_EQ(kept("BOOLEAN", values), values);
}
TEST_F(Store, KeepsIntegers) {
  const std::vector values{Value::int64(0), Value::int64(-1), Value::int64((std::int64_t{1} << 53) + 1),
                           Value::int64(Int64::min()), Value::int64(Int64::max())};
  EXPECT_EQ(kept("BIGINT", values), values);
}
TEST_F(Store, KeepsDoubles) {
  // Not the sign of a zero: SQLite keeps none.
  const std::vector values{Value::number(0),
                           Value::number(3),
                           Value::number(-0.1),
                           Value::number(Double::max()),
                           Value::number(Double::denorm_min()),
                           Value::number(Double::infinity()),
                           Value::number(-Double::infinity())};
  EXPECT_EQ(kept("DOUBLE PRECISION", values), values);
}
TEST_F(Store, KeepsText) {
  const std::vector values{
      Value::of("0123"),
      Value::of("1e5"),
      Value::of("true"),
      Value::of("it's; -- \"quoted\" $1 ? \\"),
      Value::of("a\nb\tc"),
      Value::of("Gr\xc3\xbc\xc3\x9f"
                "e, \xe4\xb8\x96\xe7\x95\x8c, \xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7, \xf0\x9f\x8e\xac")};
  EXPECT_EQ(kept("TEXT", values), values);
}
TEST_F(Store, KeepsBytes) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::vector values{Value::bytes(all), Value::bytes(std::string(1, '\0')), Value::bytes("text")};
  EXPECT_EQ(kept("BYTEA", values), values);
}
TEST_F(Store, KeepsEmptyValuesApartFromNull) {
  EXPECT_EQ(kept("TEXT", {Value::of("")}), std::vector{Value::of("")});
  EXPECT_EQ(kept("BYTEA", {Value::bytes("")}), std::vector{Value::bytes("")});
}
TEST_F(Store, KeepsTimestamps) {
  const std::vector values{Value::timestamp(0), Value::timestamp(1), Value::timestamp(-1),
                           Value::timestamp(1'795'298'270'123'456)};
  EXPECT_EQ(kept("TIMESTAMPTZ", values), values);
}
TEST_F(Store, KeepsJson) {
  // What it means, not how it is written.
  const std::vector<std::string> texts{R"({"a":[1,2.5,null,"\u00fc"],"b":{"c":true}})", "[]", "null", "17", "\"x\""};
  std::vector<Value> values;
  for (const auto& text : texts) values.push_back(Value::json(text));
  const auto found = kept("JSON", values);
  ASSERT_EQ(found.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(found[i].type, static_cast<std::uint32_t>(WYV_VALUE_JSON)) << found[i] << " for " << texts[i];
    EXPECT_EQ(Json::parse(found[i].text, nullptr, false), Json::parse(texts[i]));
  }
}
TEST_F(Store, KeepsLongValues) {
  constexpr std::size_t size = 3U << 20U;
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(1 + i * 7 % 255);
  EXPECT_EQ(kept("TEXT", {Value::of(std::string(size, 'x'))}) == std::vector{Value::of(std::string(size, 'x'))}, true)
      << "three megabytes of text";
  EXPECT_EQ(kept("BYTEA", {Value::bytes(bytes)}) == std::vector{Value::bytes(bytes)}, true) << "three megabytes";
}
TEST_F(Store, RefusesTextOrKeepsItWhole) {
  for (const auto& text : {std::string("a\0b", 3), std::string("a\xff"), std::string("cut \xe4\xb8")}) {
    make_things("v TEXT");
    Outcome put;
    {
      auto session = writer();
      put = session.execute("INSERT INTO " + things + " VALUES ($1)", {Value::of(text)}).outcome;
    }
    if (!put.ok()) {
      EXPECT_TRUE(is(WYV_INVALID, put)) << ::testing::PrintToString(text);
      continue;
    }
    auto session = reader();
    EXPECT_EQ(session.execute("SELECT v FROM " + things).rows, std::vector<Row>{Row{Value::of(text)}});
  }
}

TEST_F(Store, NamesTheColumns) {
  make_things("id BIGINT, label TEXT");
  run("INSERT INTO " + things + " VALUES (1, 'one'), (2, 'two')");
  auto session = reader();
  EXPECT_EQ(session.execute("SELECT id, label AS name FROM " + things).names, (std::vector<std::string>{"id", "name"}));
}
TEST_F(Store, TakesParametersInAnyOrder) {
  make_things("a BIGINT, b BIGINT, c BIGINT");
  run("INSERT INTO " + things + " VALUES ($2, $1, $2)", {Value::int64(10), Value::int64(20)});
  auto session = reader();
  EXPECT_EQ(session.execute("SELECT a, b, c FROM " + things).rows,
            (std::vector<Row>{Row{Value::int64(20), Value::int64(10), Value::int64(20)}}));
}
TEST_F(Store, TakesHundredsOfParameters) {
  constexpr int count = 500;
  make_things("id BIGINT");
  std::string sql = "INSERT INTO " + things + " VALUES ($1)";
  std::vector<Value> parameters{Value::int64(1)};
  for (int i = 2; i <= count; ++i) {
    sql += ", ($" + std::to_string(i) + ")";
    parameters.push_back(Value::int64(i));
  }
  run(sql, parameters);
  EXPECT_EQ(integer("SELECT CAST(sum(id) AS BIGINT) FROM " + things), count * (count + 1) / 2);
}
TEST_F(Store, RefusesTooFewParameters) {
  make_things("a BIGINT, b BIGINT");
  auto session = writer();
  const auto sql = "INSERT INTO " + things + " VALUES ($1, $2)";
  EXPECT_TRUE(is(WYV_INVALID, session.execute(sql, {Value::int64(1)}).outcome)) << "one for $1 and $2";
}
TEST_F(Store, RefusesTooManyParameters) {
  make_things("a BIGINT");
  auto session = writer();
  const auto sql = "INSERT INTO " + things + " VALUES ($1)";
  EXPECT_TRUE(is(WYV_INVALID, session.execute(sql, {Value::int64(1), Value::int64(2)}).outcome)) << "two for $1";
}
TEST_F(Store, RefusesTwoStatementsInOne) {
  make_things("id BIGINT");
  {
    auto session = writer();
    const auto sql = "INSERT INTO " + things + " VALUES (1); INSERT INTO " + things + " VALUES (2)";
    EXPECT_TRUE(is(WYV_INVALID, session.execute(sql).outcome));
  }
  EXPECT_EQ(integer(count_things()), 0);
}
TEST_F(Store, CountsTheRowsThatItChanged) {
  make_things("id BIGINT, n BIGINT");
  auto session = writer();
  EXPECT_EQ(session.execute("INSERT INTO " + things + " VALUES (1, 0), (2, 0), (3, 0)").affected, 3U) << "inserted";
  EXPECT_EQ(session.execute("UPDATE " + things + " SET n = 1 WHERE id < 3").affected, 2U) << "updated";
  EXPECT_EQ(session.execute("DELETE FROM " + things).affected, 3U) << "deleted";
}
TEST_F(Store, CountsNoRowWhereNoneChanged) {
  make_things("id BIGINT");
  auto session = writer();
  ASSERT_TRUE(is_ok(session.execute("INSERT INTO " + things + " VALUES (1), (2), (3)").outcome));
  EXPECT_EQ(session.execute("SELECT id FROM " + things).affected, 0U) << "read";
  EXPECT_EQ(session.execute("DELETE FROM " + things + " WHERE id > 99").affected, 0U) << "deleted";
  EXPECT_EQ(session.execute("CREATE TABLE " + parts + " (id BIGINT)").affected, 0U) << "rows of a table made";
}
TEST_F(Store, NeedsNoSinkAndNoCount) {
  make_things("id BIGINT");
  auto session = writer();
  EXPECT_TRUE(is_ok(session.execute_blindly("INSERT INTO " + things + " VALUES (1)")));
  EXPECT_TRUE(is_ok(session.execute_blindly("SELECT id FROM " + things)));
}
TEST_F(Store, EndsAStatementWithItsSink) {
  make_things("id BIGINT");
  run("INSERT INTO " + things + " VALUES (1), (2), (3)");
  auto session = reader();
  const auto answer = session.execute("SELECT id FROM " + things, {}, {}, [](const Row&) { return false; });
  EXPECT_TRUE(is_ok(answer.outcome));
  EXPECT_EQ(answer.rows.size(), 1U) << "rows that came";
  EXPECT_EQ(integer(session, count_things()), 3) << "of the next statement";
}

}  // namespace
}  // namespace wyvern::conformance
