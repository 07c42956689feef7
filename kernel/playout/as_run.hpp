// The as-run log: written from what workers observed, each event once.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/log.hpp"
#include "playout/channel.hpp"
#include "store/store.hpp"

namespace wyvern::playout {

// Stores a worker's events (numbered, oldest first) and remembers the last number with the channel. Events that were
// stored before are passed over, so the worker may send them again. Returns the last number stored.
std::int64_t store_worker_events(store::Session& session, events::Log& events, const Channel& channel,
                                 const Json& numbered_events);

// The worker's spool is another than the one that gave out the numbers which were stored. What was on air since the
// last of them is not known: a row says so ("unknown"), what was open is closed, and the worker's events are taken from
// its first one on.
void store_lost_events(store::Session& session, events::Log& events, const Channel& channel, const std::string& reason);

// Rows as the API shows them, newest first; of one moment, what the worker told of last comes first. With `before`,
// those behind that row.
Json as_run_rows(store::Session& session, std::string_view channel_id, const std::optional<std::string>& before,
                 std::int64_t limit);

// The item that is on air by the log, or nothing.
std::optional<std::string> item_on_air(store::Session& session, std::string_view channel_id);

}  // namespace wyvern::playout
