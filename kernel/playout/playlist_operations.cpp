// Playlists: list, create, rename and loop, delete, reorder.
#include <set>

#include "operations/group.hpp"
#include "operations/kept_answers.hpp"
#include "operations/page.hpp"
#include "operations/versions.hpp"
#include "playout/as_run.hpp"
#include "playout/playout.hpp"
#include "playout/schemas.hpp"

namespace wyvern::playout {
namespace {

using operations::Call;
using operations::Permission;
using operations::ProjectId;
using operations::Refusal;
using operations::Reply;
using store::Session;
using store::Timestamp;

struct Playlist {
  std::string id;
  std::string channel_id;
  ProjectId project_id;
  bool loaded;  // by a channel that is on air
};

Playlist get_playlist(Session& session, const std::string& id) {
  const auto found = session.first(
      "SELECT p.id, p.channel_id, c.project_id, c.loaded_playlist_id, c.status FROM playout_playlists p "
      "JOIN playout_channels c ON c.id = p.channel_id WHERE p.id = $1",
      {id}, [](const store::Row& row) {
        const bool loaded = row.optional_text("loaded_playlist_id") == row.optional_text("id");
        return Playlist{row.text("id"), row.text("channel_id"), row.optional_text("project_id"),
                        loaded && row.text("status") != "stopped"};
      });
  if (!found) throw Refusal(404, "playout.playlist_not_found", "Playlist not found");
  return *found;
}

constexpr std::string_view playlist_columns = "id, channel_id, name, loop, created_at, updated_at, version";

// With its etag.
Json playlist_json(Session& session, const std::string& id) {
  auto playlist = session.first("SELECT " + std::string(playlist_columns) + " FROM playout_playlists WHERE id = $1",
                                {id}, [](const store::Row& row) { return row.object(); });
  if (!playlist) throw Refusal(404, "playout.playlist_not_found", "Playlist not found");
  return operations::with_etag(std::move(*playlist));
}

Json without_etag(Json playlist) {
  playlist.erase("etag");
  return playlist;
}

void require_version(Session& session, const Call& call, const Playlist& playlist) {
  operations::require_match(call, [&] { return playlist_json(session, playlist.id); });
}

std::string required_name(const Json& input) {
  std::string name = input.at("name").get<std::string>();
  if (name.find_first_not_of(" \t\r\n") == std::string::npos) throw Refusal(400, "field.required", "name is required");
  return name;
}

void announce(Session& session, Playout& playout, const Playlist& playlist) {
  playout.dependencies.events.append(session, "playout.playlist.changed", playlist.id, playlist.project_id,
                                     without_etag(playlist_json(session, playlist.id)));
  session.after_commit([&playout, playlist] {
    if (playlist.loaded) playout.reconciler().list_changed(playlist.channel_id);
  });
}

Reply list(Playout& playout, const Call& call) {
  const operations::Page page(call);
  return playout.dependencies.store.read([&](Session& session) -> Reply {
    std::vector<store::Parameter> parameters{call.text("channel_id")};
    const auto tail = page.tail(session, {"playout_playlists", {"created_at", "id"}}, parameters);
    Json all = Json::array();
    session.execute("SELECT " + std::string(playlist_columns) + " FROM playout_playlists WHERE channel_id = $1" + tail,
                    parameters.data(), parameters.size(),
                    [&](const store::Row& row) { all.push_back(operations::without_version(row.object())); });
    return all;
  });
}

Reply create(Playout& playout, const Call& call) {
  const std::string name = required_name(call.input);
  const std::string id = store::new_uuid();
  return playout.dependencies.store.write([&](Session& session) {
    session.run(
        "INSERT INTO playout_playlists (id, channel_id, name, loop, created_at, updated_at) VALUES ($1, $2, $3, "
        "$4, $5, $5)",
        {id, call.text("channel_id"), name, call.input.value("loop", false), Timestamp::now()});
    announce(session, playout, get_playlist(session, id));
    return operations::keep_answer(session, operations::tagged(201, playlist_json(session, id)));
  });
}

Reply change(Playout& playout, const Call& call) {
  const std::string& id = call.text("id");
  return playout.dependencies.store.write([&](Session& session) {
    const auto playlist = get_playlist(session, id);
    require_version(session, call, playlist);
    if (call.has("name")) {
      session.run("UPDATE playout_playlists SET name = $1, version = version + 1, updated_at = $2 WHERE id = $3",
                  {required_name(call.input), Timestamp::now(), id});
    }
    if (call.has("loop")) {
      session.run("UPDATE playout_playlists SET loop = $1, version = version + 1, updated_at = $2 WHERE id = $3",
                  {call.input.at("loop").get<bool>(), Timestamp::now(), id});
    }
    if (call.input.size() > 1) announce(session, playout, playlist);
    return operations::keep_answer(session, operations::tagged(playlist_json(session, id)));
  });
}

Reply remove(Playout& playout, const Call& call) {
  const std::string& id = call.text("id");
  return playout.dependencies.store.write([&](Session& session) {
    const auto playlist = get_playlist(session, id);
    require_version(session, call, playlist);
    const bool on_air = playlist.loaded && item_on_air(session, playlist.channel_id).has_value();
    if (on_air)
      throw Refusal(409, "playout.playlist_on_air", "The playlist is on air; play another or stop playback first");
    session.run("DELETE FROM playout_playlists WHERE id = $1", {id});
    session.run("UPDATE playout_channels SET loaded_playlist_id = NULL WHERE loaded_playlist_id = $1", {id});
    playout.dependencies.events.append(session, "playout.playlist.deleted", id, playlist.project_id, {{"id", id}});
    return operations::keep_answer(session, Json{{"deleted", true}});
  });
}

Reply reorder(Playout& playout, const Call& call) {
  const std::string& id = call.text("id");
  const auto order = call.input.at("order").get<std::vector<std::string>>();
  return playout.dependencies.store.write([&](Session& session) {
    const auto playlist = get_playlist(session, id);
    require_version(session, call, playlist);
    std::set<std::string> held;
    session.each("SELECT id FROM playout_items WHERE playlist_id = $1", {id},
                 [&](const store::Row& row) { held.insert(row.text("id")); });
    const std::set<std::string> given(order.begin(), order.end());
    if (given != held || given.size() != order.size()) {
      throw Refusal(
          409, "playout.order_mismatch",
          "order must name each item of the playlist once; it was edited meanwhile, or the list is not whole");
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
      session.run("UPDATE playout_items SET sort_order = $1, updated_at = $2 WHERE id = $3",
                  {static_cast<std::int64_t>(i), Timestamp::now(), order[i]});
    }
    session.run("UPDATE playout_playlists SET version = version + 1, updated_at = $1 WHERE id = $2",
                {Timestamp::now(), id});
    announce(session, playout, playlist);
    return operations::keep_answer(session, Json{{"reordered", order.size()}});
  });
}

}  // namespace

void add_playlist_operations(operations::Table& table, Playout& playout) {
  const auto of_playlist = [&playout](const Call& call) {
    return playout.dependencies.store.read(
        [&](Session& session) { return get_playlist(session, call.text("id")).project_id; });
  };
  // The channel comes in the query or the body, so its form is checked here: this runs before the schema.
  const auto of_channel = [&playout](const Call& call) {
    if (!call.has("channel_id")) throw Refusal(400, "field.required", "channel_id is required");
    if (!call.input.at("channel_id").is_string() || !store::is_uuid(call.text("channel_id"))) {
      throw Refusal(400, "field.uuid", "channel_id is not a UUID");
    }
    return project_of_channel(playout, call.text("channel_id"));
  };
  operations::Group<Playout> group(table, "playout", playout);
  const Json name = {{"type", "string"}, {"minLength", 1}, {"maxLength", 200}};
  const Json loop = {{"type", "boolean"}};

  Json listed = operations::Page::properties();
  listed["channel_id"] = schemas::uuid();
  group.add({.name = "playout.playlists.list",
             .summary = "The playlists of a channel, oldest first",
             .method = "GET",
             .path = "/playout/playlists",
             .permission = Permission::view,
             .project = of_channel,
             .request = {{"properties", listed}, {"required", {"channel_id"}}},
             .response = schemas::list_of(schemas::playlist()),
             .idempotent = true},
            &list);
  group.add({.name = "playout.playlists.create",
             .summary = "Creates a playlist",
             .method = "POST",
             .path = "/playout/playlists",
             .permission = Permission::edit,
             .project = of_channel,
             .request = {{"properties", {{"channel_id", schemas::uuid()}, {"name", name}, {"loop", loop}}},
                         {"required", {"channel_id", "name"}}},
             .response = schemas::playlist(),
             .success = 201},
            &create);
  group.add({.name = "playout.playlists.get",
             .summary = "One playlist",
             .method = "GET",
             .path = "/playout/playlists/{id}",
             .permission = Permission::view,
             .project = of_playlist,
             .request = schemas::with_id(),
             .response = schemas::playlist(),
             .idempotent = true},
            [](Playout& room, const Call& call) -> Reply {
              return operations::tagged(room.dependencies.store.read(
                  [&](Session& session) { return playlist_json(session, call.text("id")); }));
            });
  group.add({.name = "playout.playlists.update",
             .summary = "Renames a playlist or sets its loop",
             .method = "PATCH",
             .path = "/playout/playlists/{id}",
             .permission = Permission::edit,
             .project = of_playlist,
             .request = schemas::with_id({{"name", name}, {"loop", loop}}),
             .response = schemas::playlist(),
             .idempotent = true,
             .conditional = true},
            &change);
  group.add({.name = "playout.playlists.delete",
             .summary = "Deletes a playlist that is not on air",
             .method = "DELETE",
             .path = "/playout/playlists/{id}",
             .permission = Permission::edit,
             .project = of_playlist,
             .request = schemas::with_id(),
             .response = schemas::deleted(),
             .conditional = true},
            &remove);
  group.add({.name = "playout.playlists.reorder",
             .summary = "Puts a playlist's items in the given order",
             .method = "PUT",
             .path = "/playout/playlists/{id}/reorder",
             .permission = Permission::edit,
             .project = of_playlist,
             .request = schemas::with_id(
                 {{"order", {{"type", "array"}, {"maxItems", 10000}, {"items", {{"type", "string"}}}}}}, {"order"}),
             .response = {{"type", "object"}, {"properties", {{"reordered", {{"type", "integer"}}}}}},
             .idempotent = true,
             .conditional = true,
             .body_limit_bytes = 512 * 1024},
            &reorder);
}

}  // namespace wyvern::playout
