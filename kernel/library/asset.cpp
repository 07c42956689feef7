#include "library/asset.hpp"

namespace wyvern::library {

Json Asset::json() const {
  return {{"id", id},
          {"storage", storage},
          {"key", key},
          {"filename", filename},
          {"project_id", store::or_null(project_id)},
          {"status", status},
          {"duration_ms", store::or_null(duration_ms)},
          {"width", store::or_null(width)},
          {"height", store::or_null(height)},
          {"framerate", store::or_null(framerate)},
          {"audio_channels", store::or_null(audio_channels)},
          {"size_bytes", store::or_null(size_bytes)},
          {"checksum", store::or_null(checksum)},
          {"media", media},
          {"media_status", store::or_null(media_status)},
          {"error_message", store::or_null(error_message)},
          {"created_at", created_at.iso8601()},
          {"updated_at", updated_at.iso8601()}};
}

Json asset_schema() {
  return Json::parse(R"({
    "type": "object",
    "properties": {
      "id": {"type": "string", "format": "uuid"},
      "storage": {"type": "string", "description": "The storage's name in the configuration."},
      "key": {"type": "string", "description": "The object in that storage."},
      "filename": {"type": "string", "description": "What people call it."},
      "project_id": {"type": ["string", "null"], "format": "uuid"},
      "status": {"type": "string", "enum": ["live", "processing", "ready", "error"]},
      "duration_ms": {"type": ["integer", "null"], "description": "Of the picture."},
      "width": {"type": ["integer", "null"]},
      "height": {"type": ["integer", "null"]},
      "framerate": {"type": ["number", "null"]},
      "audio_channels": {"type": ["integer", "null"]},
      "size_bytes": {"type": ["integer", "null"]},
      "checksum": {"type": ["string", "null"], "description": "blake2b-256:<hex> of the whole object."},
      "media": {"type": ["object", "null"], "description": "What else the probe found."},
      "media_status": {"type": ["string", "null"], "enum": ["pending", "staging", "ready", "error", null],
        "description": "Of the copy in the media cache; null when none was asked for."},
      "error_message": {"type": ["string", "null"]},
      "created_at": {"type": "string", "format": "date-time"},
      "updated_at": {"type": "string", "format": "date-time"}
    }
  })");
}

Asset read_asset(const store::Row& row) {
  Asset asset;
  asset.id = row.text("id");
  asset.storage = row.text("storage");
  asset.key = row.text("key");
  asset.filename = row.text("filename");
  asset.project_id = row.optional_text("project_id");
  asset.status = row.text("status");
  asset.version = row.optional_text("version");
  asset.duration_ms = row.optional_integer("duration_ms");
  asset.width = row.optional_integer("width");
  asset.height = row.optional_integer("height");
  asset.framerate = row.optional_real("framerate");
  asset.audio_channels = row.optional_integer("audio_channels");
  asset.size_bytes = row.optional_integer("size_bytes");
  asset.checksum = row.optional_text("checksum");
  asset.media = row.json("media");
  asset.error_message = row.optional_text("error_message");
  asset.created_at = row.timestamp("created_at");
  asset.updated_at = row.timestamp("updated_at");
  asset.media_status = row.optional_text("media_status");
  return asset;
}

std::optional<Asset> find_asset(store::Session& session, std::string_view id) {
  return session.first(std::string(asset_select) + "WHERE a.id = $1", {id}, read_asset);
}

}  // namespace wyvern::library
