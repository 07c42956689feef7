// The first thing that a run does: look at what the run before left.
#pragma once

#include <optional>
#include <string>

#include "worker/on_air.hpp"
#include "worker/on_air_files.hpp"
#include "worker/resumption.hpp"
#include "worker/settings.hpp"
#include "worker/spool.hpp"

namespace wyvern::worker {

// The items that `on_air` has open, as item_ended events: their frames as far as was observed.
std::vector<Json> endings(const OnAir& on_air, const std::string& result, const std::string& reason);

struct Recovery {
  OnAir on_air;  // to go on with
  std::optional<OnAirList> list;
  std::optional<Json> playlist;  // for the engine to load; absent: nothing to resume
  bool paused = false;
  bool off = false;  // the channel was told to be off air, by this grant or a later one
  Json told;         // the event worker_recovered, or null after a clean end
};

// Closes in the spool what an unclean end left open, tells of it (worker_recovered), and plans how the list goes on.
//
// An item at which the worker ended twice in a row is skipped, and told of (item_skipped): "in a row" is within a
// minute of the run's beginning, so that two crashes with an hour of good playing between them are no pattern. One that
// never came on air, or that did so four times, is taken out of the list until another is loaded.
Recovery recover(const Settings& settings, const OnAirFiles& files, Spool& spool, const Clock& clock);

}  // namespace wyvern::worker
