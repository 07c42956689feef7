// Whether the audit is as it was written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/store.hpp"

namespace wyvern::audit {

struct Fault {
  std::int64_t number;  // of the row
  std::string what;     // a sentence
};

struct Verification {
  std::int64_t rows = 0;  // that were found to be good
  std::string head;  // the hash of the last of them: kept elsewhere, it shows later that nothing before was changed
  std::optional<Fault> fault;  // the first
};

// Reads every row, some thousands at a time, up to those that were there when it began.
Verification verify(const store::Store& store);

}  // namespace wyvern::audit
