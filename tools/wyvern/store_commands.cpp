#include "store_commands.hpp"

#include <iomanip>

#include "opened_store.hpp"
#include "store/copy.hpp"
#include "store/migrations.hpp"

namespace wyvern::cli {

void migrate(const MigrateOptions& options, std::ostream& out) {
  const OpenedStore opened(options.config, options.plugin_dirs);
  const auto& store = opened.store();
  const auto known = store::migrations_for(store.dialect());
  if (!options.plan) {
    out << store::migrate(store, known) << " applied\n";
    return;
  }
  const auto plan = store::plan_migrations(store, known);
  for (const auto& migration : plan.pending) out << migration.name << '\n';
  out << plan.pending.size() << " to be applied\n";
}

void copy_store(const StoreCopyOptions& options, std::ostream& out) {
  const OpenedStore from(options.from, options.plugin_dirs);
  const OpenedStore to(options.to, options.plugin_dirs);
  for (const auto& table : store::copy(from.store(), to.store())) {
    out << std::left << std::setw(24) << table.name << std::right << std::setw(10) << table.rows << " rows  "
        << std::hex << std::setw(16) << std::setfill('0') << table.checksum << std::dec << std::setfill(' ') << '\n';
  }
  out << "copied; files of state_dir, such as staged media and its secret, are not part of the store\n";
}

}  // namespace wyvern::cli
