// What a "stage" job does: one asset's object becomes a verified copy in the media cache.
#pragma once

#include <functional>
#include <string>

#include "staging/copy.hpp"
#include "staging/media_cache.hpp"
#include "staging/queue.hpp"
#include "staging/storage.hpp"
#include "store/store.hpp"

namespace wyvern::staging {

// Called in the job's transaction when the object is not what was probed any more; it has the asset probed again.
using ObjectChanged = std::function<void(store::Session&, const std::string& asset_id)>;

// The handler refers to everything that it is given. `changed` may be set later, before the queue starts.
Handler stage_handler(store::Store store, MediaCache& cache, CacheDirectory& directory, const Storages& storages,
                      const ObjectChanged& changed);

}  // namespace wyvern::staging
