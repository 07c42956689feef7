#include "store/migrations.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <map>

namespace wyvern::store {
namespace {

std::string checksum(std::string_view sql) {
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(sql.data()), sql.size(), nullptr,
                     0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return {hex.data(), 64};
}

void ensure_table(const Store& store) {
  store.write([](Session& session) {
    session.run(
        "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, "
        "applied_at TIMESTAMPTZ NOT NULL)");
  });
}

struct Recorded {
  std::string name;
  std::string checksum;
};

std::map<std::int64_t, Recorded> recorded(Session& session) {
  std::map<std::int64_t, Recorded> all;
  session.each("SELECT number, name, checksum FROM migrations ORDER BY number", {}, [&](const Row& row) {
    all.emplace(row.integer("number"), Recorded{row.text("name"), row.text("checksum")});
  });
  return all;
}

// The known migrations that are not recorded; refuses a store that does not fit.
std::vector<Migration> pending(const std::map<std::int64_t, Recorded>& done, std::span<const Migration> known) {
  for (const auto& [number, record] : done) {
    const auto same =
        std::find_if(known.begin(), known.end(), [number = number](const Migration& m) { return m.number == number; });
    if (same == known.end()) {
      throw Failure(WYV_INVALID, "store.schema_newer",
                    "the store holds migration " + record.name +
                        ", which this program does not know: it was written by a newer release; start that one");
    }
    if (checksum(same->sql) != record.checksum) {
      throw Failure(WYV_INVALID, "store.migration_changed",
                    "migration " + record.name +
                        " was applied to the store with other contents than this program's: restore the program that "
                        "wrote the store; a migration that was released is never edited");
    }
  }
  std::vector<Migration> left;
  for (const auto& migration : known) {
    if (!done.contains(migration.number)) left.push_back(migration);
  }
  return left;
}

}  // namespace

MigrationPlan plan_migrations(const Store& store, std::span<const Migration> known) {
  return {store.read([&](Session& session) {
    try {
      return pending(recorded(session), known);
    } catch (const Failure& failure) {
      if (failure.error().code != "store.syntax") throw;
      return pending({}, known);  // there is no table of migrations yet
    }
  })};
}

int migrate(const Store& store, std::span<const Migration> known) {
  if (plan_migrations(store, known).pending.empty()) return 0;
  ensure_table(store);
  for (int applied = 0;; ++applied) {
    // Looked up anew each time: another program may be at it too, of another release even.
    const bool more = store.write([&](Session& session) {
      const auto left = pending(recorded(session), known);
      if (left.empty()) return false;
      const auto& next = left.front();
      session.script(next.sql);
      session.run("INSERT INTO migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
                  {next.number, next.name, checksum(next.sql), Timestamp::now()});
      return true;
    });
    if (!more) return applied;
  }
}

}  // namespace wyvern::store
