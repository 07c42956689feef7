#include "staging/staging.hpp"

#include "staging/stage_job.hpp"

namespace wyvern::staging {

Staging::Staging(Parts parts)
    : storages_(parts.storages, parts.storage_timeout),
      directory_(parts.settings.cache_dir),
      queue_(parts.store, parts.events,
             {.owner_group = directory_.identity(),
              .lease = parts.settings.lease,
              .poll = parts.settings.poll,
              .tell_others = parts.tell_others},
             parts.say),
      cache_(parts.store, parts.events, queue_, directory_, parts.settings.cache_limit_bytes, parts.say) {
  queue_.handle("stage", stage_handler(parts.store, cache_, directory_, storages_, object_changed_),
                parts.settings.workers);
}

Staging::~Staging() { stop(); }

void Staging::start() {
  // The folder's lock is held: whoever claimed jobs for this folder before is dead.
  queue_.release_group();
  queue_.forget_old();
  cache_.verify();
  queue_.start();
}

void Staging::stop() { queue_.stop(); }

}  // namespace wyvern::staging
