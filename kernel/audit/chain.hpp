// One row of the audit, and how rows are chained: each one's hash covers the row before.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace wyvern::audit {

using Json = nlohmann::json;

struct Entry {
  std::int64_t number = 0;  // from 1 on, without gaps
  store::Timestamp at;
  std::optional<std::string> person_id;
  std::optional<std::string> person;  // the name that the person had
  std::string remote_address;
  std::string operation;
  std::optional<std::string> subject;
  std::optional<std::string> project_id;
  std::string outcome;  // "begun", "done", "refused" or "failed"
  std::optional<std::int64_t> status;
  std::optional<std::string> code;
  std::string request_id;
  std::int64_t times = 1;  // how many calls the row stands for
  std::string previous;    // the hash of the row before; empty for the first
  std::string hash;

  // Without the hashes' chain, which is nobody's matter but the verification's.
  Json json() const;
};
Json entry_schema();

Entry entry_of(const store::Row& row);
extern const std::string_view entry_columns;

// BLAKE2b-256 in hex over `previous` and every field but `hash`. Depends on what is stored alone.
std::string hash_of(const Entry& entry);

}  // namespace wyvern::audit
