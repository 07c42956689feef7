// Everything of one store into another, empty one, of whatever dialect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace wyvern::store {

struct CopiedTable {
  std::string name;
  std::uint64_t rows = 0;
  std::uint64_t checksum = 0;  // of all values, in no order; the same in both stores
};

// Brings `to` to this program's schema, and copies in one transaction: all of it is there afterwards, read back and
// compared with the source, or nothing. Nobody writes to `from` meanwhile. Throws Failure, with "store.not_empty" when
// there is anything in the target, "store.not_migrated" when the source lacks a migration, and "store.copy_differs".
std::vector<CopiedTable> copy(const Store& from, const Store& to);

}  // namespace wyvern::store
