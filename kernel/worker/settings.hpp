// The `worker` section of the configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "wyvern/result.hpp"

namespace wyvern::worker {

using Json = nlohmann::json;

struct Settings {
  enum class OnLoss { stay, leave };

  Json channel;  // as abi/engine.h describes it for `configure`
  std::string channel_id;
  std::int64_t epoch = 0;
  std::filesystem::path spool_dir;
  std::string engine = "main";  // the instance under `engines`
  OnLoss on_loss = OnLoss::stay;
  // The lease that comes with the grant of `epoch`, from the process's start; used once an epoch. Nothing: under
  // `leave` the worker waits for its first renewal before it goes on air.
  std::optional<std::chrono::milliseconds> first_lease;
  bool resume = true;                                   // after an unclean end
  std::uint64_t spool_limit_bytes = 256 * 1024 * 1024;  // of events on the disk
};

// `section`: {"channel", "channel_id", "epoch", "spool_dir", "engine"?, "resume"?, "spool_limit_bytes"?,
//             "lease"?: {"on_loss": "stay|leave", "ttl_ms"?}}.
// WYV_INVALID "worker.settings" names every faulty field.
Result<Settings> parse_settings(const Json& section);

}  // namespace wyvern::worker
