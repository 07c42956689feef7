// The media cache: at most one verified copy of each asset on this node's disk, and what may be thrown out.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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
  // The same for ready media of the asset's version, as a row of this transaction has just shown them. False, and
  // nothing done, when their file is not there as it was staged.
  bool request_held(store::Session& session, std::string_view asset_id, const std::filesystem::path& path,
                    std::int64_t size_bytes, store::Timestamp used_at);
  // The asset became ready or failed: what waited for it goes on.
  void asset_settled(store::Session& session, std::string_view asset_id);
  // The asset is about to be deleted: its copy goes with it, once the transaction is committed.
  void forget(store::Session& session, std::string_view asset_id);

  std::optional<Media> find(store::Session& session, std::string_view asset_id) const;

  // A verified copy gets its name, `<asset id><.ext>`, and the media are ready. Part of the fenced transaction that
  // ends the copy's job, so that no stale attempt replaces a newer file.
  void put_in_place(store::Session& session, std::string_view asset_id, std::string_view filename,
                    const StagedCopy& copy);
  // Writes a state other than ready, and its event; nothing when it is so already. With `only_known`, an asset whose
  // media nobody asked for gets none.
  void set_status(store::Session& session, std::string_view asset_id, std::string_view status,
                  const std::optional<std::string>& error_message, bool only_known = false);

  // Room for `bytes` on the disk and within the limit, throwing out what nobody refers to, the least recently used
  // first. Throws Failure "cache.disk_full" or "cache.limit".
  Reservation make_room(const std::string& asset_id, std::string_view filename, std::uint64_t bytes);

  // Compares rows and files after a start: what is missing or of the wrong size is asked for again, what was half-made
  // is removed.
  void verify();

  void on_media_changed(Changed changed);

 private:
  struct Occupied {
    std::uint64_t held;       // by ready media
    std::uint64_t evictable;  // of that, by what nobody refers to
  };
  Occupied occupied(std::string_view but_not) const;
  bool evict_one(std::string_view but_not);
  void write(store::Session& session, const Media& media);
  void announce(store::Session& session, std::string_view asset_id, const Json& data);
  void say(std::int32_t level, std::string_view message, const Json& fields) const;

  store::Store store_;
  events::Log& events_;
  Queue& queue_;
  CacheDirectory& directory_;
  std::uint64_t limit_bytes_;
  Say say_;
  std::mutex room_;  // one at a time makes room
  mutable std::mutex mutex_;
  std::condition_variable left_;
  std::set<std::string, std::less<>> leaving_;  // evicted, but their files are not removed yet
  std::vector<Changed> changed_;
};

}  // namespace wyvern::staging
