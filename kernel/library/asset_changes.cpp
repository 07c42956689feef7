#include "library/asset_changes.hpp"

#include <cmath>

namespace wyvern::library {
namespace {

using store::Timestamp;

std::optional<std::int64_t> whole(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(value.get<double>()));
}

}  // namespace

void AssetChanges::announce(store::Session& session, std::string_view id) {
  if (const auto asset = find_asset(session, id)) {
    events_.append(session, "library.asset.changed", asset->id, asset->project_id, asset->json());
  }
}

Asset AssetChanges::insert(store::Session& session, const NewAsset& asset) {
  const auto id = store::new_uuid();
  session.run(
      "INSERT INTO assets (id, storage, key, filename, project_id, status, version, size_bytes, created_at, "
      "updated_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
      {id, asset.storage, asset.key, asset.filename, asset.project_id, asset.status, asset.version, asset.size_bytes,
       Timestamp::now()});
  announce(session, id);
  return find_asset(session, id).value();
}

void AssetChanges::set_ready(store::Session& session, std::string_view id, const Findings& findings) {
  Json rest = findings.media;
  for (const char* own : {"duration_ms", "width", "height", "framerate", "audio_channels"}) rest.erase(own);
  const auto& media = findings.media;
  const auto& rate = media.at("framerate");
  session.run(
      "UPDATE assets SET status = 'ready', version = $2, size_bytes = $3, checksum = $4, duration_ms = $5, width = $6, "
      "height = $7, framerate = $8, audio_channels = $9, media = $10, error_message = NULL, updated_at = $11 "
      "WHERE id = $1",
      {id, findings.version, findings.size_bytes, findings.checksum, whole(media.at("duration_ms")),
       whole(media.at("width")), whole(media.at("height")),
       rate.is_number() ? std::optional<double>(rate.get<double>()) : std::nullopt, whole(media.at("audio_channels")),
       rest, Timestamp::now()});
  announce(session, id);
}

void AssetChanges::set_processing(store::Session& session, std::string_view id) {
  session.run("UPDATE assets SET status = 'processing', error_message = NULL, updated_at = $2 WHERE id = $1",
              {id, Timestamp::now()});
  announce(session, id);
}

void AssetChanges::set_error(store::Session& session, std::string_view id, std::string_view message) {
  session.run("UPDATE assets SET status = 'error', error_message = $2, updated_at = $3 WHERE id = $1",
              {id, message, Timestamp::now()});
  announce(session, id);
}

void AssetChanges::edit(store::Session& session, std::string_view id, std::string_view filename,
                        const std::optional<std::string>& project_id) {
  session.run("UPDATE assets SET filename = $2, project_id = $3, updated_at = $4 WHERE id = $1",
              {id, filename, project_id, Timestamp::now()});
  announce(session, id);
}

void AssetChanges::remove(store::Session& session, const Asset& asset) {
  session.run("DELETE FROM assets WHERE id = $1", {asset.id});
  events_.append(session, "library.asset.deleted", asset.id, asset.project_id, asset.json());
}

}  // namespace wyvern::library
