// What a "probe" job does: finds out what an object is, and whether it may go on air.
#pragma once

#include "library/asset_changes.hpp"
#include "library/media_probe.hpp"
#include "library/settings.hpp"
#include "staging/staging.hpp"
#include "store/store.hpp"

namespace wyvern::library {

// An object of a storage with local files is probed and hashed where it is; one of another storage is copied into the
// media cache first, and stays there. The handler refers to `staging` and `changes`.
staging::Handler probe_handler(store::Store store, staging::Staging& staging, AssetChanges& changes,
                               ProbeCommand command, Settings settings);

}  // namespace wyvern::library
