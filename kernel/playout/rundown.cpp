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

namespace {

// What the API says of an item's media: of the cache's copy, unless the asset or the points are at fault.
struct ShownMedia {
  std::string status;
  std::optional<std::string> error_message;
  std::optional<std::string> path;
};

ShownMedia shown_media(const store::Row& row) {
  ShownMedia shown{row.text("media_status"), row.optional_text("error_message"), row.optional_text("media_path")};
  if (row.text("asset_status") == "error") {
    shown.status = "error";
  } else if (shown.status != "error") {
    shown.error_message.reset();
  }
  if (const auto duration_ms = row.optional_integer("asset_duration_ms")) {
    // Half a second more than the clip has is a mistake; less is rounding of the clip's length.
    const double length_s = static_cast<double>(*duration_ms) / 1000.0;
    const bool late_in = row.optional_real("in_point").value_or(-1) >= length_s;
    const bool late_out = row.optional_real("out_point").value_or(0) > length_s + 0.5;
    if (late_in || late_out) {
      shown.status = "error";
      shown.error_message = std::string(late_in ? "in_point" : "out_point") + " lies beyond the clip's end at " +
                            std::to_string(*duration_ms) + " ms; move it";
    }
  }
  if (shown.status != "ready") shown.path.reset();
  return shown;
}

// Columns that the query has for others than the API.
bool is_hidden(std::string_view name) {
  return name == "asset_status" || name == "media_size_bytes" || name == "media_used_at" || name == "media_is_current";
}

}  // namespace

Json item_json(const store::Row& row) {
  Json item = Json::object();
  for (std::uint32_t place = 0; place < row.count(); ++place) {
    const auto name = row.name(place);
    if (!is_hidden(name)) item[std::string(name)] = row.json(name);
  }
  const auto media = shown_media(row);
  item["media_status"] = media.status;
  item["media_path"] = store::or_null(media.path);
  item["error_message"] = store::or_null(media.error_message);
  return item;
}

store::RowsText items_text() {
  using Shown = store::RowsText::Shown;
  return store::RowsText([media = ShownMedia()](const store::Row& row, std::uint32_t place, std::string& out) mutable {
    const auto append = [&out](const std::optional<std::string>& text) {
      if (text) {
        store::append_string(out, *text);
      } else {
        out += "null";
      }
      return Shown::instead;
    };
    if (place == 0) media = shown_media(row);
    const auto name = row.name(place);
    if (name == "media_status") return append(media.status);
    if (name == "media_path") return append(media.path);
    if (name == "error_message") return append(media.error_message);
    return is_hidden(name) || name == "version" ? Shown::not_at_all : Shown::as_it_is;
  });
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
