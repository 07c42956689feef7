#include "store/catalogue.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace wyvern::store {
namespace {

struct Questions {
  std::string_view keys;        // table_name, column_name, in order
  std::string_view references;  // child, parent
};

Questions questions_for(std::string_view dialect) {
  if (dialect == "sqlite") {
    return {
        "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND c.pk > 0 ORDER BY m.name, c.pk",
        "SELECT m.name AS child, f.\"table\" AS parent FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f "
        "WHERE m.type = 'table'"};
  }
  return {
      "SELECT t.relname::text AS table_name, a.attname::text AS column_name FROM pg_class t "
      "JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary "
      "CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) "
      "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum "
      "WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace ORDER BY t.relname, k.place",
      "SELECT c.relname::text AS child, p.relname::text AS parent FROM pg_constraint f "
      "JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid "
      "WHERE f.contype = 'f' AND c.relnamespace = current_schema()::regnamespace"};
}

}  // namespace

std::vector<Table> tables_of(Session& session, std::string_view dialect) {
  const auto questions = questions_for(dialect);
  std::map<std::string, Table> left;
  session.each(questions.keys, {}, [&](const Row& row) {
    const auto name = row.text("table_name");
    if (name == "migrations") return;
    left[name].name = name;
    left[name].key.push_back(row.text("column_name"));
  });
  std::map<std::string, std::set<std::string>> parents;
  session.each(questions.references, {}, [&](const Row& row) {
    if (row.text("child") != row.text("parent")) parents[row.text("child")].insert(row.text("parent"));
  });
  std::vector<Table> ordered;
  while (!left.empty()) {
    const auto free = std::find_if(left.begin(), left.end(), [&](const auto& one) {
      const auto& needs = parents[one.first];
      return std::none_of(needs.begin(), needs.end(), [&](const auto& parent) { return left.contains(parent); });
    });
    if (free == left.end())
      throw Failure(WYV_UNSUPPORTED, "store.circle", "tables of the store refer to one another in a circle");
    ordered.push_back(std::move(free->second));
    left.erase(free);
  }
  return ordered;
}

std::int64_t last_number(Session& session, std::string_view dialect, const std::string& table,
                         const std::string& column) {
  if (dialect == "sqlite") {
    return session
        .first("SELECT seq AS n FROM sqlite_sequence WHERE name = $1", {table},
               [](const Row& row) { return row.integer("n"); })
        .value_or(0);
  }
  return session
      .first("SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass), 0) AS n",
             {table, column}, [](const Row& row) { return row.integer("n"); })
      .value_or(0);
}

void number_on_from(Session& session, std::string_view dialect, const std::string& table, const std::string& column,
                    std::int64_t last) {
  if (last < 1) return;
  if (dialect == "sqlite") {
    if (session.run("UPDATE sqlite_sequence SET seq = $2 WHERE name = $1", {table, last}) == 0)
      session.run("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", {table, last});
  } else {
    session.run("SELECT setval(pg_get_serial_sequence($1, $2)::regclass, $3)", {table, column, last});
  }
}

}  // namespace wyvern::store
