// The room of assets: which media there are, and what a probe found in them.
#pragma once

#include <string_view>

#include "events/log.hpp"
#include "library/asset.hpp"
#include "library/asset_changes.hpp"
#include "library/asset_streams.hpp"
#include "library/media_probe.hpp"
#include "library/settings.hpp"
#include "operations/table.hpp"
#include "staging/staging.hpp"
#include "store/store.hpp"

namespace wyvern::library {

// Thread-safe. Every change of an asset appends "library.asset.changed" (or "library.asset.deleted", with the asset as
// it was) to the event log in the same transaction.
class Library {
 public:
  struct Parts {
    store::Store store;
    events::Log& events;        // outlives the room
    staging::Staging& staging;  // outlives the room; not started yet: the probe's handler is added to its queue
    Settings settings;
    ProbeCommand probe;
    staging::Say say = {};
  };

  explicit Library(Parts parts);
  // Stops staging first: its jobs refer to this room.
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // Before staging.start(): gives every asset that waits for a probe a job, should it have none.
  void start();
  // Ends the streams under way.
  void stop();

  // In the caller's transaction. A processing asset gets its probe job.
  Asset create(store::Session& session, const NewAsset& asset);
  // live -> processing, with a probe. Throws Refusal 404 and 409.
  Asset finalize(store::Session& session, std::string_view id);

  // For the room's own operations.
  store::Store store() const { return store_; }
  staging::Staging& staging() { return staging_; }
  AssetChanges& changes() { return changes_; }
  AssetStreams& streams() { return streams_; }

 private:
  store::Store store_;
  staging::Staging& staging_;
  AssetChanges changes_;
  AssetStreams streams_;
  staging::Say say_;
};

// Every operation of the contract's /assets.
void add_operations(operations::Table& table, Library& library);

}  // namespace wyvern::library
