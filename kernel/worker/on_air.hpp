// What is on air, as far as this worker knows: kept up to date from the engine's events and statuses, written down, and
// read again after an unclean end.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "worker/clock.hpp"

namespace wyvern::worker {

using Json = nlohmann::json;

// A moment on both clocks.
struct Moment {
  std::int64_t wall_us = 0;
  std::int64_t boot_ns = 0;
  std::string boot_id;  // empty: the wall clock alone is known

  static Moment now(const Clock& clock) { return {clock.wall_us(), clock.boot_ns(), clock.boot_id()}; }
};

// Microseconds since `then`. By the boot clock where both are of one boot, so that a jump of the wall clock has no say;
// else by the wall clock. Nothing when that went back, or forward by more than a day.
std::optional<std::int64_t> elapsed_us(const Moment& then, const Clock& clock);

// A field of what the engine told, or "" or 0: an engine that leaves one null may not cost the worker its life.
std::string text_of(const Json& json, const char* name);
std::int64_t integer_of(const Json& json, const char* name);

// An item that began and has not ended.
struct OpenItem {
  std::uint64_t number = 0;  // of its event in the spool
  Json started;              // the engine's item_started

  std::string id() const { return text_of(started, "item_id"); }
  std::string load_id() const { return text_of(started, "load_id"); }
};

// Where the newest open item was.
struct Checkpoint {
  std::string item_id;
  std::int64_t position_frames = 0;
  std::int64_t frames_sent = 0;
  std::optional<std::int64_t> duration_frames;
  Moment at;
};

// The list that was loaded last, with the updates since.
struct OnAirList {
  Json playlist;
  std::vector<std::string> load_ids;  // of the load and its updates: items that carry one of them are of this list
  std::uint64_t after = 0;            // the newest event when it was loaded

  bool owns(const OpenItem& item) const;
  Json json() const;
  static std::optional<OnAirList> from(const Json& json);
};

struct OnAir {
  std::uint64_t event = 0;  // the newest event that is folded in
  std::uint64_t run = 0;
  std::int64_t epoch = 0;
  Moment alive;      // when this was written down
  bool off = false;  // told to be off air
  std::vector<OpenItem> open;
  Json last;           // the newest item_started, ended or not; or null
  bool ended = false;  // playback of the list has ended or was stopped
  bool paused = false;
  std::optional<Checkpoint> checkpoint;
  std::string target;                  // the item that this run began with, until one is on air
  std::int64_t resumed_us = 0;         // wall clock of this run's beginning
  std::map<std::string, int> crashes;  // by item: ends of the worker at it, until it was played whole
  std::vector<std::string> removed;    // items that are taken out of the list for their crashes

  // `clock`: for events that happen now; null for those of an earlier run.
  void fold(std::uint64_t number, const Json& engine_event, const Clock* clock);
  // From the engine's status. `keep_paused`: a hold is under way that the engine does not know of yet.
  void observe(const Json& status, const Clock& clock, bool keep_paused);
  // The newest open item, or null.
  const OpenItem* on_air() const { return open.empty() ? nullptr : &open.back(); }

  Json json() const;
  static std::optional<OnAir> from(const Json& json);
};

}  // namespace wyvern::worker
