// Forward-only migrations, embedded in the program from migrations/<dialect>/NNN-name.sql.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace wyvern::store {

struct Migration {
  int number;
  std::string_view name;  // "001-foundation"
  std::string_view sql;
};

// Those of a dialect, in order of their numbers.
std::span<const Migration> migrations_for(std::string_view dialect);

struct MigrationPlan {
  std::vector<Migration> pending;
};

// What `migrate` would do; changes nothing. Throws Failure "store.migration_changed" when a recorded migration has
// another checksum than the embedded one, and "store.schema_newer" when the store has one that this program does not
// know.
MigrationPlan plan_migrations(const Store& store, std::span<const Migration> known);

// Applies what is pending, each in a transaction with its record, so that a crash leaves whole migrations only.
// Several programs may start at once: each migration is looked up again inside its transaction.
// Returns how many were applied here.
int migrate(const Store& store, std::span<const Migration> known);

}  // namespace wyvern::store
