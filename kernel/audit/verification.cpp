#include "audit/verification.hpp"

#include "audit/chain.hpp"

namespace wyvern::audit {
namespace {

constexpr int rows_at_once = 2000;

// What is wrong with `entry`, which stands behind the row of `verified.head`.
std::optional<Fault> fault_of(const Verification& verified, const Entry& entry) {
  const auto number = verified.rows + 1;
  if (entry.number > number) return Fault{number, "row " + std::to_string(number) + " is missing"};
  if (entry.number < number) {
    return Fault{entry.number, "row " + std::to_string(entry.number) + " was inserted"};
  }
  if (hash_of(entry) != entry.hash) {
    return Fault{number, "row " + std::to_string(number) + " was changed: its hash is another"};
  }
  if (entry.previous != verified.head) {
    return Fault{number, "row " + std::to_string(number) +
                             " does not follow the row before: that one, or this one, was "
                             "replaced"};
  }
  return std::nullopt;
}

}  // namespace

Verification verify(const store::Store& store) {
  // The end first: rows that come meanwhile are behind it.
  std::int64_t last = 0;
  std::string hash;
  store.read([&](store::Session& session) {
    session.each("SELECT number, hash FROM audit_head WHERE id = 1", {}, [&](const store::Row& row) {
      last = row.integer("number");
      hash = row.text("hash");
    });
  });
  Verification verified;
  std::int64_t after = INT64_MIN;
  for (;;) {
    const auto rows = store.read([&](store::Session& session) {
      return session.all(
          "SELECT " + std::string(entry_columns) + " FROM audit WHERE number > $1 ORDER BY number LIMIT $2",
          {after, rows_at_once}, &entry_of);
    });
    for (const auto& entry : rows) {
      verified.fault = fault_of(verified, entry);
      if (verified.fault) return verified;
      after = verified.rows = entry.number;
      verified.head = entry.hash;
      if (entry.number == last && entry.hash != hash) {
        verified.fault = {last, "row " + std::to_string(last) + " is not the one that was written last"};
        return verified;
      }
    }
    if (rows.size() < static_cast<std::size_t>(rows_at_once)) break;
  }
  if (verified.rows < last) {
    verified.fault = {verified.rows + 1, "row " + std::to_string(verified.rows + 1) +
                                             " is missing: the audit goes to " + std::to_string(last)};
  }
  return verified;
}

}  // namespace wyvern::audit
