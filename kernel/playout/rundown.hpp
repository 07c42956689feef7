// A playlist in the form that a worker plays: the rundown, made from items whose media is ready.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playout/dependencies.hpp"
#include "store/row_text.hpp"
#include "store/store.hpp"

namespace wyvern::playout {

using Json = nlohmann::json;

struct Rundown {
  Json json;                         // as abi/engine.h describes a playlist
  std::vector<std::string> pending;  // ids of the items that cannot be played yet; left out of the json
};

Rundown make_rundown(store::Session& session, std::string_view playlist_id, bool loop, std::string_view load_id);

// The columns and joins of an item as the API shows it; `WHERE …` follows.
extern const std::string_view item_query;
// One row of item_query, with its version, which is not shown. media_status is "error", with an error_message, when a
// point lies beyond the clip.
Json item_json(const store::Row& row);
// A list of such rows, without their versions.
store::RowsText items_text();
// What such a row says of the cache's file, when it can be played.
std::optional<HeldMedia> held_media(const store::Row& row);

}  // namespace wyvern::playout
