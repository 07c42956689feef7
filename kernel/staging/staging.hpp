// The room as a whole: queue, cache and storages, put together.
//
//   staging::Staging staging({store, log, settings, storages});
//   library::Library library({store, log, staging, …});
//   staging::add_operations(table, staging);
//   staging.start();                         once every handler is known
//   …
//   staging.stop();
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "operations/table.hpp"
#include "staging/cache_directory.hpp"
#include "staging/media_cache.hpp"
#include "staging/queue.hpp"
#include "staging/settings.hpp"
#include "staging/stage_job.hpp"
#include "staging/storage.hpp"

namespace wyvern::staging {

class Staging {
 public:
  struct Parts {
    store::Store store;
    events::Log& events;  // outlives the room
    Settings settings;
    std::vector<StorageAccess> storages;
    Say say = {};
    std::function<void()> tell_others = {};                                // of new jobs, after their commit
    std::chrono::milliseconds storage_timeout = std::chrono::seconds(10);  // for each call of a storage
  };

  // Takes the cache's folder; throws Failure when it cannot.
  explicit Staging(Parts parts);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  // Gives back what a dead predecessor had claimed, compares the cache with the disk, starts the workers.
  void start();
  void stop();

  // In the caller's transaction; see MediaCache::request.
  void request(store::Session& session, std::string_view asset_id, std::int64_t priority = priority_scheduled) {
    cache_.request(session, asset_id, priority);
  }
  void on_media_changed(MediaCache::Changed changed) { cache_.on_media_changed(std::move(changed)); }

  // Before start: who has an asset probed again when its object changed. Without it a changed object waits for a probe.
  void on_object_changed(ObjectChanged changed) { object_changed_ = std::move(changed); }

  Queue& queue() { return queue_; }
  MediaCache& cache() { return cache_; }
  CacheDirectory& directory() { return directory_; }
  const Storages& storages() const { return storages_; }

 private:
  ObjectChanged object_changed_;
  Storages storages_;
  CacheDirectory directory_;
  Queue queue_;
  MediaCache cache_;
};

// GET /jobs, GET /jobs/{id}, POST /jobs/{id}/retry, POST /jobs/{id}/cancel.
void add_operations(operations::Table& table, Staging& staging, const store::Store& store);

}  // namespace wyvern::staging
