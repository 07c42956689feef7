#include "store/copy.hpp"

#include "both_stores.hpp"
#include "store/catalogue.hpp"
#include "store/migrations.hpp"

namespace wyvern::test {
namespace {

using store::Timestamp;

// `store` is of the one kind, `other` of the other.
class Copying : public BothStores {
 protected:
  Copying() : other_(opened_other()), other(store_of(*other_)) {
    (void)store::migrate(store, store::migrations_for(store.dialect()));
  }
  std::unique_ptr<PluginInstance> opened_other() {
    return std::string(GetParam()) == "sqlite" ? on_postgres() : on_sqlite();
  }

  void fill() const {
    store.write([](store::Session& session) {
      session.run("INSERT INTO projects (id, name, created_at) VALUES ('p', 'Größe', $1)", {Timestamp{1}});
      session.run("INSERT INTO people (id, name, administrator, created_at) VALUES ('a', 'admin', $1, $2)",
                  {true, Timestamp{-1}});
      session.run(
          "INSERT INTO assets (id, storage, key, filename, project_id, status, framerate, size_bytes, media, "
          "created_at, updated_at) VALUES ('c', 'media', 'k', 'k.mp4', 'p', 'ready', $1, $2, $3, $4, $4)",
          {29.97, std::int64_t{1} << 40, store::Json{{"duration_ms", 2000}}, Timestamp{1'795'298'270'123'456}});
      for (int i = 0; i < 2500; ++i)
        session.run("INSERT INTO events (at, type, subject, project_id, data) VALUES ($1, 't', $2, $3, $4)",
                    {Timestamp{i}, std::to_string(i), i % 2 == 0 ? std::optional<std::string>("p") : std::nullopt,
                     store::Json{{"i", i}}});
      session.run("DELETE FROM events WHERE number > 2490");
    });
  }
  static std::int64_t count(const store::Store& of, const std::string& table) {
    return of
        .read([&](store::Session& session) {
          return session.first("SELECT COUNT(*) AS n FROM " + table, {},
                               [](const store::Row& row) { return row.integer("n"); });
        })
        .value_or(-1);
  }
  std::string code_of_copy() const {
    try {
      (void)store::copy(store, other);
      return "";
    } catch (const Failure& failure) {
      return failure.error().code;
    }
  }

 private:
  std::unique_ptr<PluginInstance> other_;

 public:
  const store::Store other;
};
INSTANTIATE_TEST_SUITE_P(From, Copying, testing::Values("sqlite", "postgres"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(Copying, EveryTableArrivesWithItsRowsAndNumbersGoOn) {
  fill();
  const auto copied = store::copy(store, other);
  std::map<std::string, std::uint64_t> rows;
  for (const auto& table : copied) rows[table.name] = table.rows;
  EXPECT_EQ(rows.size(), 19U) << "tables";
  EXPECT_EQ(rows["events"], 2490U);
  EXPECT_EQ(rows["assets"], 1U);
  EXPECT_EQ(count(other, "events"), 2490);
  const auto facts = [](const store::Store& of) {
    return of
        .read([](store::Session& session) {
          return session.first("SELECT * FROM assets", {}, [](const store::Row& row) { return row.object(); });
        })
        .value();
  };
  EXPECT_EQ(facts(store), facts(other));
  other.write([](store::Session& session) {
    session.run("INSERT INTO events (at, type, subject, data) VALUES ($1, 't', 'next', $2)",
                {Timestamp{1}, store::Json::object()});
  });
  const auto next = other.read([](store::Session& session) {
    return session.first("SELECT number AS n FROM events WHERE subject = 'next'", {},
                         [](const store::Row& row) { return row.integer("n"); });
  });
  EXPECT_EQ(next, 2501) << "a number of a removed event is not given again";
}

TEST_P(Copying, ATargetThatIsNotEmptyIsRefusedAndKeptAsItIs) {
  fill();
  (void)store::copy(store, other);
  EXPECT_EQ(code_of_copy(), "store.not_empty");
  EXPECT_EQ(count(other, "events"), 2490);
}

TEST_P(Copying, ACopyThatFailsLeavesNothing) {
  fill();
  (void)store::migrate(other, store::migrations_for(other.dialect()));
  other.write([](store::Session& session) { session.run("CREATE UNIQUE INDEX in_the_way ON events (type)"); });
  EXPECT_EQ(code_of_copy(), "store.unique");
  for (const char* table : {"people", "projects", "assets", "events"}) EXPECT_EQ(count(other, table), 0) << table;
}

TEST_P(Copying, ASourceThatIsNotMigratedIsRefused) {
  store.write([](store::Session& session) { session.run("DELETE FROM migrations"); });
  EXPECT_EQ(code_of_copy(), "store.not_migrated");
}

}  // namespace
}  // namespace wyvern::test
