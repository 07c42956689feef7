#include "playout/rundown.hpp"

namespace wyvern::playout {

const std::string_view item_query =
    "SELECT i.id, i.playlist_id, i.asset_id, i.sort_order, i.in_point, i.out_point, i.transition, i.transition_ms, "
    "i.created_at, i.updated_at, i.version, a.filename AS clip_name, a.duration_ms AS asset_duration_ms, a.status AS "
    "asset_status, "
    "COALESCE(m.status, 'pending') AS media_status, m.path AS media_path, "
    "COALESCE(m.error_message, a.error_message) AS error_message, m.size_bytes AS media_size_bytes, m.used_at AS "
    "media_used_at, "
    "COALESCE(m.version, '') = COALESCE(a.version, '') AS media_is_current "
    "FROM playout_items i JOIN assets a ON a.id = i.asset_id LEFT JOIN media_cache m ON m.asset_id = i.asset_id ";

Json item_json(const store::Row& row) {
  Json item = row.object();
  const std::string asset_status = item["asset_status"].get<std::string>();
  for (const char* not_shown : {"asset_status", "media_size_bytes", "media_used_at", "media_is_current"})
    item.erase(not_shown);
  if (asset_status == "error") {
    item["media_status"] = "error";
  } else if (item["media_status"] != "error") {
    item["error_message"] = nullptr;
  }
  if (!item["asset_duration_ms"].is_null()) {
    // Half a second more than the clip has is a mistake; less is rounding of the clip's length.
    const double most_s = item["asset_duration_ms"].get<double>() / 1000.0 + 0.5;
    const bool late_in = !item["in_point"].is_null() && item["in_point"].get<double>() >= most_s - 0.5;
    const bool late_out = !item["out_point"].is_null() && item["out_point"].get<double>() > most_s;
    if (late_in || late_out) {
      item["media_status"] = "error";
      item["error_message"] = std::string(late_in ? "in_point" : "out_point") + " lies beyond the clip's end at " +
                              std::to_string(item["asset_duration_ms"].get<std::int64_t>()) + " ms; move it";
    }
  }
  if (item["media_status"] != "ready") item["media_path"] = nullptr;
  return item;
}

std::optional<HeldMedia> held_media(const store::Row& row) {
  if (row.text("media_status") != "ready" || row.is_null("media_path") || !row.boolean("media_is_current")) return {};
  return HeldMedia{row.text("media_path"), row.optional_integer("media_size_bytes").value_or(-1),
                   row.timestamp("media_used_at")};
}

Rundown make_rundown(store::Session& session, std::string_view playlist_id, bool loop, std::string_view load_id) {
  Rundown rundown;
  Json items = Json::array();
  session.each(std::string(item_query) + "WHERE i.playlist_id = $1 ORDER BY i.sort_order, i.id", {playlist_id},
               [&](const store::Row& row) {
                 const Json item = item_json(row);
                 if (item["media_status"] != "ready" || item["media_path"].is_null()) {
                   rundown.pending.push_back(item["id"].get<std::string>());
                   return;
                 }
                 items.push_back({{"id", item["id"]},
                                  {"asset_id", item["asset_id"]},
                                  {"clip_name", item["clip_name"]},
                                  {"media_path", item["media_path"]},
                                  {"in_point", item["in_point"]},
                                  {"out_point", item["out_point"]},
                                  {"transition", item["transition"]},
                                  {"transition_ms", item["transition_ms"]},
                                  {"duration_ms", item["asset_duration_ms"]}});
               });
  rundown.json = {{"playlist_id", playlist_id}, {"loop", loop}, {"load_id", load_id}, {"items", std::move(items)}};
  return rundown;
}

}  // namespace wyvern::playout
