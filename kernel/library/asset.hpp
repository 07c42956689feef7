// An asset: a media object in a storage, and what is known of it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace wyvern::library {

using Json = nlohmann::json;

struct Asset {
  std::string id;
  std::string storage;
  std::string key;
  std::string filename;
  std::optional<std::string> project_id;
  std::string status;  // "live", "processing", "ready", "error"
  std::optional<std::string> version;
  std::optional<std::int64_t> duration_ms;
  std::optional<std::int64_t> width;
  std::optional<std::int64_t> height;
  std::optional<double> framerate;
  std::optional<std::int64_t> audio_channels;
  std::optional<std::int64_t> size_bytes;
  std::optional<std::string> checksum;
  Json media;  // what else the probe said, or null
  std::optional<std::string> error_message;
  store::Timestamp created_at;
  store::Timestamp updated_at;
  std::optional<std::string> media_status;  // of the staged copy; nothing when none was asked for

  Json json() const;
};

// The schema of what `json` returns.
Json asset_schema();

// The columns that read_asset expects, and the tables that they come from.
inline constexpr std::string_view asset_select =
    "SELECT a.*, m.status AS media_status FROM assets a LEFT JOIN media_cache m ON m.asset_id = a.id ";
Asset read_asset(const store::Row& row);
std::optional<Asset> find_asset(store::Session& session, std::string_view id);

}  // namespace wyvern::library
