// Items: list, append, change, delete, stage.
#include <cmath>

#include "operations/group.hpp"
#include "operations/kept_answers.hpp"
#include "operations/page.hpp"
#include "operations/versions.hpp"
#include "playout/as_run.hpp"
#include "playout/playout.hpp"
#include "playout/rundown.hpp"
#include "playout/schemas.hpp"
#include "playout/worker_launch.hpp"

namespace wyvern::playout {
namespace {

using operations::Call;
using operations::Permission;
using operations::ProjectId;
using operations::Refusal;
using operations::Reply;
using store::Session;
using store::Timestamp;

constexpr std::chrono::milliseconds worker_timeout{1000};

struct Place {
  std::string playlist_id;
  std::string channel_id;
  ProjectId project_id;
  bool loaded;
};

Place place_of_row(const store::Row& row) {
  return {
      row.text("playlist_id"), row.text("channel_id"), row.optional_text("project_id"),
      row.optional_text("loaded_playlist_id") == row.optional_text("playlist_id") && row.text("status") != "stopped"};
}

Refusal playlist_not_found() { return {404, "playout.playlist_not_found", "Playlist not found"}; }

Place place_of_playlist(Session& session, const std::string& id) {
  const auto found = session.first(
      "SELECT p.id AS playlist_id, p.channel_id, c.project_id, c.loaded_playlist_id, c.status FROM playout_playlists p "
      "JOIN playout_channels c ON c.id = p.channel_id WHERE p.id = $1",
      {id}, &place_of_row);
  if (!found) throw playlist_not_found();
  return *found;
}

Place place_of_item(Session& session, const std::string& id) {
  const auto found = session.first(
      "SELECT i.playlist_id, p.channel_id, c.project_id, c.loaded_playlist_id, c.status FROM playout_items i "
      "JOIN playout_playlists p ON p.id = i.playlist_id JOIN playout_channels c ON c.id = p.channel_id WHERE i.id = $1",
      {id}, &place_of_row);
  if (!found) throw Refusal(404, "playout.item_not_found", "Item not found");
  return *found;
}

// With its etag.
Json get_item(Session& session, const std::string& id) {
  auto item = session.first(std::string(item_query) + "WHERE i.id = $1", {id}, &item_json);
  if (!item) throw Refusal(404, "playout.item_not_found", "Item not found");
  return operations::with_etag(std::move(*item));
}

std::optional<double> point(const Json& input, const char* name) {
  if (!input.contains(name) || input[name].is_null()) return std::nullopt;
  return input[name].get<double>();
}

// Where a new item goes and what it shows, as they were when they were looked at.
struct Destination {
  Place place;
  std::string channel_status;
  std::optional<std::string> loaded_playlist_id;
  ProjectId asset_project;
  std::optional<std::int64_t> asset_duration_ms;
};

// Of what an append was allowed for, something was changed before it could be made.
struct ChangedMeanwhile {};

// An asset that the caller may not view is refused.
Destination destination_for(Session& session, const Call& call, const std::string& playlist_id,
                            const std::string& asset_id) {
  bool has_asset = false;
  const auto found = session.first(
      "SELECT p.id AS playlist_id, p.channel_id, c.project_id, c.loaded_playlist_id, c.status, a.id AS asset_id, "
      "a.project_id AS asset_project_id, a.duration_ms FROM playout_playlists p JOIN playout_channels c ON c.id = "
      "p.channel_id LEFT JOIN assets a ON a.id = $2 WHERE p.id = $1",
      {playlist_id, asset_id}, [&](const store::Row& row) {
        has_asset = !row.is_null("asset_id");
        return Destination{place_of_row(row), row.text("status"), row.optional_text("loaded_playlist_id"),
                           row.optional_text("asset_project_id"), row.optional_integer("duration_ms")};
      });
  if (!found) throw playlist_not_found();
  if (!has_asset) throw Refusal(404, "library.asset_not_found", "Asset not found");
  call.require(Permission::view, found->asset_project);
  return *found;
}

// One statement, so that who waits for his turn to write waits for little. Throws ChangedMeanwhile.
Json insert_item(Session& session, const Dependencies& dependencies, const Call& call, const std::string& id,
                 const Destination& to) {
  session.queue(
      "INSERT INTO playout_items (id, playlist_id, asset_id, sort_order, in_point, out_point, transition, "
      "transition_ms, created_at, updated_at) SELECT $1, p.id, a.id, (SELECT COALESCE(MAX(sort_order), -1) + 1 FROM "
      "playout_items WHERE playlist_id = p.id), $4, $5, $6, $7, $8, $8 FROM playout_playlists p JOIN playout_channels "
      "c ON c.id = p.channel_id JOIN assets a ON a.id = $3 WHERE p.id = $2 AND c.status = $9 AND "
      "COALESCE(c.project_id, '') = $10 AND COALESCE(c.loaded_playlist_id, '') = $11 AND COALESCE(a.project_id, '') = "
      "$12 AND COALESCE(a.duration_ms, -1) = $13",
      {id, to.place.playlist_id, call.text("asset_id"), point(call.input, "in_point"), point(call.input, "out_point"),
       call.input.value("transition", "cut"), call.input.value("transition_ms", std::int64_t{0}), Timestamp::now(),
       to.channel_status, to.place.project_id.value_or(""), to.loaded_playlist_id.value_or(""),
       to.asset_project.value_or(""), to.asset_duration_ms.value_or(-1)});
  std::optional<HeldMedia> held;
  const auto item = session.first(std::string(item_query) + "WHERE i.id = $1", {id}, [&](const store::Row& row) {
    held = held_media(row);
    return item_json(row);
  });
  if (!item) throw ChangedMeanwhile();
  if (held && dependencies.request_held_media(session, call.text("asset_id"), *held))
    return operations::with_etag(*item);
  dependencies.request_media(session, call.text("asset_id"));
  return get_item(session, id);
}

void check_points(std::optional<double> in, std::optional<double> out, std::optional<std::int64_t> duration_ms) {
  if (in && out && *in >= *out) throw Refusal(400, "playout.points", "in_point must lie before out_point");
  if (!duration_ms) return;  // not probed yet: checked again when the list is made
  const double duration_s = static_cast<double>(*duration_ms) / 1000.0;
  constexpr double rounding_s = 0.001;
  const auto beyond = [&](const char* name) {
    return Refusal(400, "playout.points",
                   std::string(name) + " lies beyond the clip, which lasts " + std::to_string(duration_s) + " s");
  };
  if (in && *in >= duration_s) throw beyond("in_point");
  if (out && *out > duration_s + rounding_s) throw beyond("out_point");
}

// What the worker has on air and cued; by the log when it does not answer.
struct OnAir {
  std::string on_air;
  std::string cued;
};

OnAir on_air_of(const Playout& playout, const Place& place) {
  if (!place.loaded) return {};
  const auto channel =
      playout.dependencies.store.read([&](Session& session) { return get_channel(session, place.channel_id); });
  if (channel.status == "running") {
    const auto status =
        call_worker(worker_address(playout.dependencies, channel), "GET", "/status", nullptr, worker_timeout);
    if (status) {
      const auto id_in = [&](const char* name) {
        const Json part = status->value(name, Json());
        return part.is_object() ? part.value("id", std::string()) : std::string();
      };
      return {id_in("item"), id_in("next")};
    }
  }
  return {playout.dependencies.store.read([&](Session& session) { return item_on_air(session, place.channel_id); })
              .value_or(""),
          ""};
}

void announce(Session& session, Playout& playout, const Place& place, const char* type, Json item) {
  item.erase("etag");
  playout.dependencies.events.append(session, type, item.at("id").get<std::string>(), place.project_id, item);
  session.after_commit([&playout, place] {
    if (place.loaded) playout.reconciler().list_changed(place.channel_id);
  });
}

// Whole, unless a page is asked for: half a rundown would be taken for all of it.
Reply list(Playout& playout, const Call& call) {
  auto items = items_text();
  playout.dependencies.store.read([&](Session& session) {
    (void)place_of_playlist(session, call.text("id"));
    const operations::Order order{"playout_items i", {"i.sort_order", "i.id"}};
    const bool paged = call.has("limit") || call.has("after");
    const operations::Page page(call);
    std::vector<store::Parameter> parameters{call.text("id")};
    const auto tail = paged ? page.tail(session, order, parameters) : order.sql();
    session.execute(std::string(item_query) + "WHERE i.playlist_id = $1" + tail, parameters.data(), parameters.size(),
                    [&](const store::Row& row) { items.add(row); });
  });
  return Reply::of_text(items.take());
}

Reply append(Playout& playout, const Call& call) {
  constexpr int most_tries = 3;
  const auto& dependencies = playout.dependencies;
  const std::string id = store::new_uuid();
  for (int attempt = 1;; ++attempt) {
    const auto to = dependencies.store.read(
        [&](Session& session) { return destination_for(session, call, call.text("id"), call.text("asset_id")); });
    check_points(point(call.input, "in_point"), point(call.input, "out_point"), to.asset_duration_ms);
    try {
      return dependencies.store.write([&](Session& session) {
        const Json item = insert_item(session, dependencies, call, id, to);
        announce(session, playout, to.place, "playout.item.added", item);
        return operations::keep_answer(session, operations::tagged(201, item));
      });
    } catch (const ChangedMeanwhile&) {
      if (attempt < most_tries) continue;
      throw Refusal(409, "playout.changed_meanwhile",
                    "the channel or the asset is being changed at this moment, and nothing was appended; try again");
    }
  }
}

Reply change(Playout& playout, const Call& call) {
  const std::string& id = call.text("id");
  const auto place = playout.dependencies.store.read([&](Session& session) { return place_of_item(session, id); });
  const auto on_air = on_air_of(playout, place);
  if (id == on_air.on_air) throw Refusal(409, "playout.item_on_air", "The item is on air");
  if (id == on_air.cued) throw Refusal(409, "playout.item_cued", "The item is cued: it follows next");
  return playout.dependencies.store.write([&](Session& session) {
    Json before = get_item(session, id);
    operations::require_match(call, [&] { return before; });
    const auto in = call.has("in_point") ? point(call.input, "in_point") : point(before, "in_point");
    const auto out = call.has("out_point") ? point(call.input, "out_point") : point(before, "out_point");
    check_points(
        in, out,
        {before["asset_duration_ms"].is_null() ? std::nullopt
                                               : std::optional(before["asset_duration_ms"].get<std::int64_t>())});
    session.run(
        "UPDATE playout_items SET in_point = $1, out_point = $2, transition = $3, transition_ms = $4, "
        "version = version + 1, updated_at = $5 WHERE id = $6",
        {in, out, call.input.value("transition", before["transition"].get<std::string>()),
         call.input.value("transition_ms", before["transition_ms"].get<std::int64_t>()), Timestamp::now(), id});
    const Json item = get_item(session, id);
    announce(session, playout, place, "playout.item.changed", item);
    return operations::keep_answer(session, operations::tagged(item));
  });
}

Reply remove(Playout& playout, const Call& call) {
  const std::string& id = call.text("id");
  const auto place = playout.dependencies.store.read([&](Session& session) { return place_of_item(session, id); });
  if (id == on_air_of(playout, place).on_air) throw Refusal(409, "playout.item_on_air", "The item is on air");
  return playout.dependencies.store.write([&](Session& session) {
    operations::require_match(call, [&] { return get_item(session, id); });
    session.run("DELETE FROM playout_items WHERE id = $1", {id});
    announce(session, playout, place, "playout.item.deleted", {{"id", id}, {"playlist_id", place.playlist_id}});
    return operations::keep_answer(session, Json{{"deleted", true}});
  });
}

Reply stage(Playout& playout, const Call& call) {
  const std::string& id = call.text("id");
  playout.dependencies.store.write([&](Session& session) {
    const Json item = get_item(session, id);
    playout.dependencies.request_media(session, item.at("asset_id").get<std::string>());
  });
  return Json{{"queued", true}};
}

}  // namespace

void add_item_operations(operations::Table& table, Playout& playout) {
  const auto of_playlist = [&playout](const Call& call) {
    return playout.dependencies.store.read(
        [&](Session& session) { return place_of_playlist(session, call.text("id")).project_id; });
  };
  const auto of_item = [&playout](const Call& call) {
    return playout.dependencies.store.read(
        [&](Session& session) { return place_of_item(session, call.text("id")).project_id; });
  };
  operations::Group<Playout> group(table, "playout", playout);
  const Json seconds = {
      {"type", {"number", "null"}}, {"minimum", 0}, {"description", "Seconds of the clip; null for its end"}};
  const Json points = {{"in_point", seconds},
                       {"out_point", seconds},
                       {"transition", {{"type", "string"}, {"enum", {"cut", "mix"}}}},
                       {"transition_ms", {{"type", "integer"}, {"minimum", 0}, {"maximum", 60000}}}};
  Json page = operations::Page::properties();
  page["limit"].erase("default");
  Json appended = points;
  appended["asset_id"] = schemas::uuid();

  group.add({.name = "playout.items.list",
             .summary = "The items of a playlist in their order",
             .method = "GET",
             .path = "/playout/playlists/{id}/items",
             .permission = Permission::view,
             .project = of_playlist,
             .request = schemas::with_id(page),
             .response = schemas::list_of(schemas::item()),
             .idempotent = true},
            &list);
  group.add({.name = "playout.items.append",
             .summary = "Appends an item and begins to stage its media",
             .method = "POST",
             .path = "/playout/playlists/{id}/items",
             .permission = Permission::edit,
             .project = of_playlist,
             .request = schemas::with_id(appended, {"asset_id"}),
             .response = schemas::item(),
             .success = 201},
            &append);
  group.add({.name = "playout.items.get",
             .summary = "One item",
             .method = "GET",
             .path = "/playout/items/{id}",
             .permission = Permission::view,
             .project = of_item,
             .request = schemas::with_id(),
             .response = schemas::item(),
             .idempotent = true},
            [](Playout& room, const Call& call) -> Reply {
              return operations::tagged(
                  room.dependencies.store.read([&](Session& session) { return get_item(session, call.text("id")); }));
            });
  group.add({.name = "playout.items.update",
             .summary = "Changes the points or the transition of an item that is not on air or cued",
             .method = "PATCH",
             .path = "/playout/items/{id}",
             .permission = Permission::edit,
             .project = of_item,
             .request = schemas::with_id(points),
             .response = schemas::item(),
             .idempotent = true,
             .conditional = true,
             .blocking = true},
            &change);
  group.add({.name = "playout.items.delete",
             .summary = "Takes an item that is not on air out of its playlist",
             .method = "DELETE",
             .path = "/playout/items/{id}",
             .permission = Permission::edit,
             .project = of_item,
             .request = schemas::with_id(),
             .response = schemas::deleted(),
             .conditional = true,
             .blocking = true},
            &remove);
  group.add({.name = "playout.items.stage",
             .summary = "Stages an item's media again",
             .method = "POST",
             .path = "/playout/items/{id}/stage",
             .permission = Permission::edit,
             .project = of_item,
             .request = schemas::with_id(),
             .response = {{"type", "object"}, {"properties", {{"queued", {{"type", "boolean"}}}}}},
             .idempotent = true},
            &stage);
}

}  // namespace wyvern::playout
