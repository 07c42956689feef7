// A job: work on one asset to be done outside a transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/store.hpp"

namespace wyvern::staging {

using Json = nlohmann::json;

struct Job {
  std::string id;
  std::string type;  // "probe", "stage"
  std::string asset_id;
  std::string status;  // "queued", "running", "succeeded", "failed", "cancelled"
  std::int64_t priority = 0;
  std::int64_t attempt = 0;   // rises with every claim and never falls: with the owner it fences
  std::int64_t failures = 0;  // attempts that count against max_attempts
  std::int64_t max_attempts = 0;
  store::Timestamp run_at;
  std::optional<std::string> owner;
  std::int64_t bytes_done = 0;
  std::optional<std::int64_t> bytes_total;
  std::optional<std::string> error_message;
  store::Timestamp created_at;
  store::Timestamp updated_at;
  std::optional<std::string> filename;    // of the asset
  std::optional<std::string> project_id;  // of the asset

  Json json() const;
};

// The schema of what `json` returns.
Json job_schema();

// Priorities in use; a higher one is served first.
inline constexpr std::int64_t priority_background = 0;
inline constexpr std::int64_t priority_scheduled = 10;  // a playlist needs it
inline constexpr std::int64_t priority_on_air = 20;     // the channel waits for it

}  // namespace wyvern::staging
