// The media cache: at most one verified copy of each asset on this node's disk, and what may be thrown out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "events/log.hpp"
#include "staging/cache_directory.hpp"
#include "staging/queue.hpp"
#include "store/store.hpp"

namespace wyvern::staging {

struct Media {
  std::string asset_id;
  std::string status;  // "pending", "staging", "ready", "error"
  std::optional<std::string> path;
  std::optional<std::int64_t> size_bytes;
  std::optional<std::string> checksum;
  std::optional<std::string> version;
  std::optional<std::string> error_message;

  Json json() const;
};

// What a copy became.
struct StagedCopy {
  std::filesystem::path temporary;
  std::uint64_t size_bytes = 0;
  std::string checksum;  // "blake2b-256:…"
  std::string version;
};

// Thread-safe. Functions that take a Session work in its transaction.
class MediaCache {
 public:
  // Called after a commit that changed an asset's media, on the committing thread, which still holds the store's
  // writer: it must be quick and may not write.
  using Changed = std::function<void(const std::string& asset_id)>;

  MediaCache(store::Store store, events::Log& events, Queue& queue, CacheDirectory& directory,
             std::uint64_t limit_bytes, Say say = {});

  // Asks for the asset's media. Ready media are checked and touched; else a job is made sure of. While the asset is
  // live or processing its media wait ("pending") for asset_settled; when it is in error, so are they. Asking again
  // after an error tries again. Throws Failure WYV_NOT_FOUND "asset.not_found".
  void request(store::Session& session, std::string_view asset_id, std::int64_t priority);
  // The asset became ready or failed: what waited for it goes on.
  void asset_settled(store::Session& session, std::string_view asset_id);
  // The asset is about to be deleted: its copy goes with it, once the transaction is committed.
  void forget(store::Session& session, std::string_view asset_id);

  std::optional<Media> find(store::Session& session, std::string_view asset_id) const;

  // The name is neutral: `<asset id><.ext>`.
  void put_in_place(store::Session& session, std::string_view asset_id, std::string_view filename,
                    const StagedCopy& copy);
  // Writes a state and its event; nothing when it is so already.
  void set_status(store::Session& session, std::string_view asset_id, std::string_view status,
                  const std::optional<std::string>& error_message);

  // Room for `bytes` on the disk and within the limit, throwing out what nobody refers to, the least recently used
  // first. Throws Failure "cache.disk_full" or "cache.limit".
  Reservation make_room(std::string_view asset_id, std::uint64_t bytes);

  // Compares rows and files after a start: what is missing or of the wrong size is asked for again, what was half-made
  // is removed.
  void verify();

  void on_media_changed(Changed changed);

 private:
  bool evict_one(std::string_view but_not);
  std::uint64_t held_bytes() const;
  void announce(store::Session& session, std::string_view asset_id);

  store::Store store_;
  events::Log& events_;
  Queue& queue_;
  CacheDirectory& directory_;
  std::uint64_t limit_bytes_;
  Say say_;
  std::mutex room_;  // one at a time makes room
  mutable std::mutex listeners_;
  std::vector<Changed> changed_;
};

}  // namespace wyvern::staging
