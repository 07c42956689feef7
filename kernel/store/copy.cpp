#include "store/copy.hpp"

#include <sodium.h>

#include <array>
#include <map>
#include <optional>
#include <utility>

#include "store/catalogue.hpp"
#include "store/migrations.hpp"

namespace wyvern::store {
namespace {

constexpr int rows_at_once = 1000;

// A row as text that is the same for equal rows of any store: columns by name, each with its type and its length.
std::string canonical(const Row& row) {
  std::map<std::string_view, wyv_value> columns;
  for (std::uint32_t i = 0; i < row.count(); ++i) columns.emplace(row.name(i), row.value(i));
  std::string all;
  for (const auto& [name, value] : columns) {
    std::string content;
    if (value.type == WYV_VALUE_DOUBLE) {
      content = Json(value.as.real).dump();
    } else if (value.type == WYV_VALUE_TEXT || value.type == WYV_VALUE_BYTES || value.type == WYV_VALUE_JSON) {
      content = text(value.as.text);
    } else if (value.type != WYV_VALUE_NULL) {
      content = std::to_string(value.as.integer);
    }
    all += std::string(name) + ':' + std::to_string(value.type) + ':' + std::to_string(content.size()) + ':' + content;
  }
  return all;
}

// Adds up the hashes of rows, so that their order does not matter.
class Checksum {
 public:
  void add(const Row& row) {
    const auto bytes = canonical(row);
    std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       nullptr, 0);
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i) number = number << 8U | hash[static_cast<std::size_t>(i)];
    sum_ += number;
    ++rows_;
  }
  CopiedTable of(const std::string& table) const { return {table, rows_, sum_}; }

 private:
  std::uint64_t rows_ = 0;
  std::uint64_t sum_ = 0;
};

// Every row of a table, a page at a time: a statement has a deadline, and its answer stays in memory.
template <class F>
void each_row(Session& session, const Table& table, F&& take) {
  std::string order;
  for (const auto& column : table.key) order += (order.empty() ? "" : ", ") + column;
  const auto sql = "SELECT * FROM " + table.name + " ORDER BY " + order + " LIMIT $1 OFFSET $2";
  std::int64_t taken = 0;
  for (std::int64_t page = rows_at_once; page == rows_at_once; taken += page) {
    page = 0;
    session.each(sql, {rows_at_once, taken}, [&](const Row& row) {
      take(row);
      ++page;
    });
  }
}

void insert(Session& session, const Table& table, const Row& row) {
  std::string columns;
  std::string places;
  std::vector<Parameter> values;
  for (std::uint32_t i = 0; i < row.count(); ++i) {
    values.push_back(Parameter::of(row.value(i)));
    columns += (i == 0 ? "" : ", ") + std::string(row.name(i));
    places += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
  }
  session.execute("INSERT INTO " + table.name + " (" + columns + ") VALUES (" + places + ")", values.data(),
                  values.size(), nullptr);
}

void require_empty(Session& target, const std::vector<Table>& tables) {
  for (const auto& table : tables) {
    const auto any = target.first("SELECT 1 AS one FROM " + table.name + " LIMIT 1", {}, [](const Row&) { return 1; });
    if (any)
      throw Failure(WYV_CONFLICT, "store.not_empty",
                    "the target has rows in '" + table.name +
                        "' already; nothing was copied. Name an empty database, or another schema of it");
  }
}

std::vector<CopiedTable> copy_all(Session& source, std::string_view source_dialect, Session& target,
                                  std::string_view target_dialect) {
  const auto tables = tables_of(source, source_dialect);
  require_empty(target, tables);
  std::vector<CopiedTable> copied;
  for (const auto& table : tables) {
    Checksum read;
    each_row(source, table, [&](const Row& row) {
      read.add(row);
      insert(target, table, row);
    });
    Checksum written;
    each_row(target, table, [&](const Row& row) { written.add(row); });
    const auto here = read.of(table.name);
    const auto there = written.of(table.name);
    if (here.rows != there.rows || here.checksum != there.checksum)
      throw Failure(WYV_INTERNAL, "store.copy_differs",
                    "'" + table.name + "' reads otherwise in the target (" + std::to_string(there.rows) + " rows of " +
                        std::to_string(here.rows) + "); nothing was copied");
    copied.push_back(here);
  }
  number_on_from(target, target_dialect, "events", "number", last_number(source, source_dialect, "events", "number"));
  return copied;
}

}  // namespace

std::vector<CopiedTable> copy(const Store& from, const Store& to) {
  if (!plan_migrations(from, migrations_for(from.dialect())).pending.empty())
    throw Failure(WYV_INVALID, "store.not_migrated",
                  "the source is not at this program's schema; run `wyvern migrate` on its configuration first");
  (void)migrate(to, migrations_for(to.dialect()));
  // A turn in the source, which it ends without a change, holds its writers for as long as the copy takes. Once the
  // target has it, nothing is to be copied again.
  std::optional<std::vector<CopiedTable>> copied;
  from.write([&](Session& source) {
    if (copied) return;
    copied = to.write([&](Session& target) { return copy_all(source, from.dialect(), target, to.dialect()); });
  });
  return std::move(copied).value();
}

}  // namespace wyvern::store
