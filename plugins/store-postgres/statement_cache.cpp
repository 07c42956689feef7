#include "statement_cache.hpp"

#include <utility>

namespace wyvern::postgres {

std::optional<Prepared> StatementCache::find(std::string_view sql) {
  const auto found = by_sql_.find(sql);
  if (found == by_sql_.end()) return std::nullopt;
  kept_.splice(kept_.begin(), kept_, found->second);
  return found->second->prepared;
}

void StatementCache::keep(std::string_view sql, Prepared prepared) {
  kept_.push_front({std::string(sql), std::move(prepared)});
  by_sql_.emplace(kept_.front().sql, kept_.begin());
}

std::optional<std::string> StatementCache::make_room() {
  if (kept_.size() < most_) return std::nullopt;
  return forget(std::string(kept_.back().sql));
}

std::optional<std::string> StatementCache::forget(std::string_view sql) {
  const auto found = by_sql_.find(sql);
  if (found == by_sql_.end()) return std::nullopt;
  const auto entry = found->second;
  by_sql_.erase(found);
  auto name = std::move(entry->prepared.name);
  kept_.erase(entry);
  return name;
}

}  // namespace wyvern::postgres
