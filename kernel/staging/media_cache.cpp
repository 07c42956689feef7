#include "staging/media_cache.hpp"

#include <system_error>
#include <utility>

#include "wyvern/abi/host.h"

namespace wyvern::staging {
namespace fs = std::filesystem;
namespace {

Media read_media(const store::Row& row) {
  return {row.text("asset_id"),
          row.text("status"),
          row.optional_text("path"),
          row.optional_integer("size_bytes"),
          row.optional_text("checksum"),
          row.optional_text("version"),
          row.optional_text("error_message")};
}

// What of an asset decides about its media, and what there is of them.
struct AssetState {
  std::string status;
  std::string filename;
  std::optional<std::string> version;
  std::optional<std::string> error_message;
  std::optional<Media> media;
};

std::optional<AssetState> asset_state(store::Session& session, std::string_view asset_id) {
  return session.first(
      "SELECT a.status AS asset_status, a.filename, a.version AS asset_version, a.error_message AS asset_fault, m.* "
      "FROM assets a LEFT JOIN media_cache m ON m.asset_id = a.id WHERE a.id = $1",
      {asset_id}, [](const store::Row& row) {
        return AssetState{row.text("asset_status"), row.text("filename"), row.optional_text("asset_version"),
                          row.optional_text("asset_fault"),
                          row.is_null("asset_id") ? std::nullopt : std::optional(read_media(row))};
      });
}

bool is_whole(const fs::path& path, std::int64_t size_bytes) {
  std::error_code fault;
  return fs::file_size(path, fault) == static_cast<std::uintmax_t>(size_bytes) && !fault;
}

// Ready media whose file is there, whole, and of the version that the asset was probed in.
bool good(const Media& media, const AssetState& asset) {
  return media.status == "ready" && media.path && media.version == asset.version &&
         is_whole(*media.path, media.size_bytes.value_or(-1));
}

void note_use(store::Session& session, std::string_view asset_id) {
  session.queue("UPDATE media_cache SET used_at = $2 WHERE asset_id = $1", {asset_id, store::Timestamp::now()});
}

std::string asset_fault(const AssetState& asset) {
  return "'" + asset.filename + "' cannot be played: " + asset.error_message.value_or("its probe failed");
}

}  // namespace

Json Media::json() const {
  return {{"asset_id", asset_id},
          {"status", status},
          {"path", store::or_null(path)},
          {"size_bytes", store::or_null(size_bytes)},
          {"checksum", store::or_null(checksum)},
          {"error_message", store::or_null(error_message)}};
}

MediaCache::MediaCache(store::Store store, events::Log& events, Queue& queue, CacheDirectory& directory,
                       std::uint64_t limit_bytes, Say say)
    : store_(std::move(store)),
      events_(events),
      queue_(queue),
      directory_(directory),
      limit_bytes_(limit_bytes),
      say_(std::move(say)) {}

void MediaCache::say(std::int32_t level, std::string_view message, const Json& fields) const {
  if (say_) say_(level, message, fields);
}

void MediaCache::on_media_changed(Changed changed) {
  const std::lock_guard lock(mutex_);
  changed_.push_back(std::move(changed));
}

void MediaCache::announce(store::Session& session, std::string_view asset_id, const Json& data) {
  const auto project = session.first("SELECT project_id FROM assets WHERE id = $1", {asset_id},
                                     [](const store::Row& row) { return row.optional_text("project_id"); });
  events_.append(session, "staging.media.changed", asset_id, project.value_or(std::nullopt), data);
  session.after_commit([this, id = std::string(asset_id)] {
    const std::lock_guard lock(mutex_);
    for (const auto& changed : changed_) changed(id);
  });
}

std::optional<Media> MediaCache::find(store::Session& session, std::string_view asset_id) const {
  return session.first("SELECT * FROM media_cache WHERE asset_id = $1", {asset_id}, read_media);
}

void MediaCache::write(store::Session& session, const Media& media) {
  session.run(
      "INSERT INTO media_cache (asset_id, status, path, size_bytes, checksum, version, error_message, used_at, "
      "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (asset_id) DO UPDATE SET status = $2, "
      "path = $3, size_bytes = $4, checksum = $5, version = $6, error_message = $7, used_at = $8, updated_at = $8",
      {media.asset_id, media.status, media.path, media.size_bytes, media.checksum, media.version, media.error_message,
       store::Timestamp::now()});
  announce(session, media.asset_id, media.json());
}

void MediaCache::set_status(store::Session& session, std::string_view asset_id, std::string_view status,
                            const std::optional<std::string>& error_message, bool only_known) {
  const auto media = find(session, asset_id);
  if (!media && only_known) return;
  if (media && media->status == status && media->error_message == error_message) return;
  write(session, {std::string(asset_id), std::string(status), {}, {}, {}, {}, error_message});
}

void MediaCache::request(store::Session& session, std::string_view asset_id, std::int64_t priority) {
  const auto asset = asset_state(session, asset_id);
  if (!asset) throw Failure(WYV_NOT_FOUND, "asset.not_found", "there is no asset " + std::string(asset_id));
  if (asset->status == "error") {
    set_status(session, asset_id, "error", asset_fault(*asset));
    return;
  }
  const auto& media = asset->media;
  if (asset->status != "ready") {
    if (!media || media->status == "error") set_status(session, asset_id, "pending", std::nullopt);
    return;
  }
  if (media && good(*media, *asset)) {
    note_use(session, asset_id);
    return;
  }
  if (!media || media->status != "staging") set_status(session, asset_id, "pending", std::nullopt);
  queue_.enqueue(session, "stage", asset_id, priority);
}

bool MediaCache::request_held(store::Session& session, std::string_view asset_id, const fs::path& path,
                              std::int64_t size_bytes, store::Timestamp used_at) {
  constexpr std::int64_t minute_us = 60'000'000;
  if (!is_whole(path, size_bytes)) return false;
  // Who was used last is a matter of minutes, and not worth a write each time.
  if (store::Timestamp::now().us - used_at.us >= minute_us) note_use(session, asset_id);
  return true;
}

void MediaCache::asset_settled(store::Session& session, std::string_view asset_id) {
  const auto asset = asset_state(session, asset_id);
  if (!asset || !asset->media) return;
  if (asset->status == "error") {
    set_status(session, asset_id, "error", asset_fault(*asset));
  } else if (asset->status == "ready" && !good(*asset->media, *asset)) {
    set_status(session, asset_id, "pending", std::nullopt);
    queue_.enqueue(session, "stage", asset_id, priority_scheduled);
  }
}

void MediaCache::forget(store::Session& session, std::string_view asset_id) {
  const auto media = find(session, asset_id);
  if (!media) return;
  session.run("DELETE FROM media_cache WHERE asset_id = $1", {asset_id});
  if (!media->path) return;
  session.after_commit([path = *media->path] {
    std::error_code ignored;
    fs::remove(path, ignored);
  });
}

void MediaCache::put_in_place(store::Session& session, std::string_view asset_id, std::string_view filename,
                              const StagedCopy& copy) {
  const auto path = directory_.file_for(asset_id, filename);
  std::error_code fault;
  fs::rename(copy.temporary, path, fault);
  // The transaction may be repeated after a commit that failed: then the file has its name already.
  std::error_code absent;
  if (fault && fs::file_size(path, absent) != copy.size_bytes) {
    throw Failure(Error{WYV_INTERNAL, "cache.write",
                        "the copy of '" + std::string(filename) + "' cannot get its name " + path.string(),
                        fault.message(), true});
  }
  directory_.sync();
  const auto before = find(session, asset_id);
  if (before && before->path && *before->path != path.string()) {
    session.after_commit([old = *before->path] {
      std::error_code ignored;
      fs::remove(old, ignored);
    });
  }
  write(session, {std::string(asset_id), "ready", path.string(), static_cast<std::int64_t>(copy.size_bytes),
                  copy.checksum, copy.version, std::nullopt});
}

MediaCache::Occupied MediaCache::occupied(std::string_view but_not) const {
  return store_.read([&](store::Session& session) {
    return session
        .first(
            "SELECT COALESCE(SUM(m.size_bytes), 0) AS held, COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM "
            "playout_items i WHERE i.asset_id = m.asset_id) THEN 0 ELSE m.size_bytes END), 0) AS evictable "
            "FROM media_cache m WHERE m.status = 'ready' AND m.asset_id <> $1",
            {but_not},
            [](const store::Row& row) {
              return Occupied{static_cast<std::uint64_t>(row.integer("held")),
                              static_cast<std::uint64_t>(row.integer("evictable"))};
            })
        .value();
  });
}

Reservation MediaCache::make_room(const std::string& asset_id, std::string_view filename, std::uint64_t bytes) {
  const std::lock_guard one_at_a_time(room_);
  {
    std::unique_lock lock(mutex_);
    left_.wait(lock, [&] { return !leaving_.contains(asset_id); });
  }
  for (;;) {
    const auto [held, evictable] = occupied(asset_id);
    const auto used = held + directory_.reserved_bytes();
    if (limit_bytes_ > 0 && used + bytes > limit_bytes_) {
      if (used - evictable + bytes <= limit_bytes_ && evict_one(asset_id)) continue;
      throw Failure(WYV_EXHAUSTED, "cache.limit",
                    "the media cache (" + directory_.path().string() + ") may hold " + std::to_string(limit_bytes_) +
                        " bytes and holds " + std::to_string(used) + ", of which " + std::to_string(evictable) +
                        " can be thrown out; '" + std::string(filename) + "' needs " + std::to_string(bytes) +
                        ": raise staging.cache_limit_bytes, or remove items from playlists");
    }
    const auto free = directory_.free_bytes();
    if (bytes > free) {
      if (bytes <= free + evictable && evict_one(asset_id)) continue;
      throw Failure(WYV_EXHAUSTED, "cache.disk_full",
                    "the disk of the media cache (" + directory_.path().string() + ") is full: '" +
                        std::string(filename) + "' needs " + std::to_string(bytes) + " bytes and " +
                        std::to_string(free) + " are free; make room there, or remove items from playlists");
    }
    return directory_.reserve(bytes);
  }
}

bool MediaCache::evict_one(std::string_view but_not) {
  const auto evicted = store_.write([&](store::Session& session) -> std::optional<Media> {
    auto media = session.first(
        "SELECT * FROM media_cache m WHERE m.status = 'ready' AND m.asset_id <> $1 AND NOT EXISTS (SELECT 1 FROM "
        "playout_items i WHERE i.asset_id = m.asset_id) ORDER BY m.used_at, m.asset_id LIMIT 1",
        {but_not}, read_media);
    if (!media) return std::nullopt;
    session.run("DELETE FROM media_cache WHERE asset_id = $1", {media->asset_id});
    announce(session, media->asset_id, {{"asset_id", media->asset_id}, {"status", nullptr}});
    // From the commit on, the asset may be asked for again: its copy waits until the old file is gone.
    session.after_commit([this, id = media->asset_id] {
      const std::lock_guard lock(mutex_);
      leaving_.insert(id);
    });
    return media;
  });
  if (!evicted) return false;
  std::error_code ignored;
  if (evicted->path) fs::remove(*evicted->path, ignored);
  {
    const std::lock_guard lock(mutex_);
    leaving_.erase(evicted->asset_id);
  }
  left_.notify_all();
  say(WYV_LOG_INFO, "media were thrown out of the cache to make room",
      {{"asset", evicted->asset_id}, {"bytes", evicted->size_bytes.value_or(0)}});
  return true;
}

void MediaCache::verify() {
  const auto rows = store_.read([](store::Session& session) {
    return session.all("SELECT * FROM media_cache", {}, [](const store::Row& row) { return read_media(row); });
  });
  std::set<fs::path> wanted;
  for (const auto& media : rows) {
    if (media.status == "error") continue;
    store_.write([&](store::Session& session) {
      const auto asset = asset_state(session, media.asset_id);
      if (!asset || !asset->media) return;
      const auto& now = asset->media;
      if (now->status == "ready") {
        // The folder may have been moved along with the state.
        Media moved = *now;
        moved.path = (directory_.path() / fs::path(now->path.value_or("")).filename()).string();
        moved.version = asset->version;
        if (good(moved, *asset)) {
          wanted.insert(*moved.path);
          if (moved.path != now->path) {
            moved.version = now->version;
            write(session, moved);
          }
          return;
        }
        say(WYV_LOG_WARNING, "staged media are gone or of the wrong size; they are staged again",
            {{"asset", media.asset_id}, {"path", now->path.value_or("")}});
      }
      set_status(session, media.asset_id, "pending", std::nullopt);
      asset_settled(session, media.asset_id);
    });
  }
  directory_.sweep([&](const fs::path& path) { return wanted.contains(path); });
}

}  // namespace wyvern::staging
