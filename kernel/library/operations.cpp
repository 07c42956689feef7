// The contract's /assets.
#include "operations/group.hpp"

#include <algorithm>

#include "library/asset_list.hpp"
#include "library/library.hpp"
#include "library/storage_refusal.hpp"
#include "staging/copy.hpp"

namespace wyvern::library {
namespace {

using operations::Call;
using operations::Permission;
using operations::ProjectId;
using operations::Refusal;
using operations::Reply;

constexpr std::int64_t usual_limit = 100;

const Json id_field = {{"type", "string"}, {"format", "uuid"}};
const Json project_field = {{"type", Json::array({"string", "null"})},
                            {"format", "uuid"},
                            {"description", "Without one the asset is for administrators."}};
const Json filename_field = {
    {"type", "string"}, {"minLength", 1}, {"maxLength", 255}, {"description", "What people call it."}};

Asset existing(store::Session& session, const std::string& id) {
  auto asset = find_asset(session, id);
  if (!asset) throw Refusal(404, "asset.not_found", "there is no asset " + id);
  return std::move(*asset);
}

// The project that the input names; nothing for null, for none, and for what the schema will refuse.
ProjectId named_project(const Call& call) {
  if (!call.has("project_id") || !call.input["project_id"].is_string()) return std::nullopt;
  return call.text("project_id");
}

void require_project(store::Session& session, const ProjectId& project) {
  if (!project) return;
  const bool known =
      session.first("SELECT id FROM projects WHERE id = $1", {*project}, [](const auto&) { return true; }).has_value();
  if (!known) throw Refusal(404, "project.not_found", "there is no project " + *project);
}

std::string checked_filename(std::string name) {
  const bool sound = !name.empty() && name.size() <= 255 && std::none_of(name.begin(), name.end(), [](char c) {
    return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (!sound) {
    throw Refusal(400, "field.invalid", "filename must be 1 to 255 bytes without '/' and control characters");
  }
  return name;
}

const staging::Storage& chosen_storage(const staging::Storages& storages, const Call& call) {
  if (call.has("storage")) {
    try {
      return staging::storage_of(storages, call.text("storage"));
    } catch (const Failure& failure) {
      throw Refusal(400, failure.error().code, failure.error().message);
    }
  }
  if (const auto* storage = storages.first()) return *storage;
  throw Refusal(503, "storage.none", "no storage is configured; add one to the section 'storages'");
}

Reply create(Library& library, Call& call) {
  const auto& storage = chosen_storage(library.staging().storages(), call);
  const auto& key = call.text("key");
  const auto name = key.substr(key.rfind('/') + 1);
  const auto project = named_project(call);
  const auto object = storage.stat(key, call.cancelled.get());
  if (!object) refuse_for_storage(storage.name(), object.error());
  const auto filename = checked_filename(call.has("filename") ? call.text("filename") : name);
  const auto asset = library.store().write([&](store::Session& session) {
    require_project(session, project);
    return library.create(session, {.storage = storage.name(),
                                    .key = key,
                                    .filename = filename,
                                    .project_id = project,
                                    .version = object->version,
                                    .size_bytes = static_cast<std::int64_t>(object->size_bytes)});
  });
  return asset.json();
}

Reply list(Library& library, Call& call) {
  AssetQuery query{operations::Page(call, usual_limit)};
  if (call.has("q")) query.text = call.text("q");
  if (call.has("status")) query.status = call.text("status");
  if (call.has("project_id")) query.project_id = call.text("project_id");
  query.every_project = call.caller.administrator;
  return library.store().read([&](store::Session& session) -> Reply {
    if (!query.every_project) {
      query.without_project = call.may(Permission::view, std::nullopt);
      for (const auto& project :
           session.all("SELECT id FROM projects", {}, [](const store::Row& row) { return row.text("id"); })) {
        if (call.may(Permission::view, project)) query.projects.push_back(project);
      }
    }
    Json assets = Json::array();
    for (const auto& asset : list_assets(session, query)) assets.push_back(asset.json());
    return assets;
  });
}

Reply edit(Library& library, Call& call) {
  const auto asset = library.store().write([&](store::Session& session) {
    auto before = existing(session, call.text("id"));
    auto project = before.project_id;
    if (call.has("project_id")) {
      project = named_project(call);
      if (project != before.project_id) {
        call.require(Permission::edit, project);
        require_project(session, project);
      }
    }
    const auto filename = call.has("filename") ? checked_filename(call.text("filename")) : before.filename;
    if (filename == before.filename && project == before.project_id) return before;
    library.changes().edit(session, before.id, filename, project);
    return existing(session, before.id);
  });
  return asset.json();
}

Reply remove(Library& library, Call& call) {
  library.store().write([&](store::Session& session) {
    const auto asset = existing(session, call.text("id"));
    if (asset.status == "live") {
      throw Refusal(409, "asset.live", "'" + asset.filename + "' is being recorded; stop that, or finalize it first");
    }
    Json playlists = Json::array();
    std::string names;
    session.each(
        "SELECT DISTINCT p.id, p.name FROM playout_items i JOIN playout_playlists p ON p.id = i.playlist_id WHERE "
        "i.asset_id = $1 ORDER BY p.name, p.id",
        {asset.id}, [&](const store::Row& row) {
          names += (names.empty() ? "'" : ", '") + row.text("name") + "'";
          playlists.push_back({{"id", row.text("id")}, {"name", row.text("name")}});
        });
    if (!playlists.empty()) {
      throw Refusal(409, "asset.in_use", "'" + asset.filename + "' is needed by playlist " + names,
                    {{"playlists", playlists}});
    }
    library.staging().cache().forget(session, asset.id);
    library.changes().remove(session, asset);
  });
  return Json{{"deleted", true}};
}

Reply get(Library& library, const Call& call) {
  return library.store().read([&](store::Session& session) { return existing(session, call.text("id")).json(); });
}

Reply finalize(Library& library, const Call& call) {
  return library.store().write(
      [&](store::Session& session) { return library.finalize(session, call.text("id")).json(); });
}

void stream(Library& library, Call& call, const std::shared_ptr<operations::Answer>& answer) {
  const auto asset = library.store().read([&](store::Session& session) { return existing(session, call.text("id")); });
  library.streams().answer(call, asset, answer);
}

}  // namespace

void add_operations(operations::Table& table, Library& library) {
  operations::Group<Library> group(table, "assets", library);
  const auto project_of = [&library](const Call& call) -> ProjectId {
    return library.store().read([&](store::Session& session) { return existing(session, call.text("id")).project_id; });
  };
  const Json only_id = {{"properties", {{"id", id_field}}}};
  Json listed = operations::Page::properties(usual_limit);
  listed["q"] = {{"type", "string"}, {"maxLength", 255}, {"description", "Part of the filename."}};
  listed["status"] = {{"type", "string"}, {"enum", {"live", "processing", "ready", "error"}}};
  listed["project_id"] = id_field;

  group.add({.name = "library.assets.list",
             .summary = "Assets, newest first; only what the caller may view",
             .method = "GET",
             .path = "/assets",
             .permission = Permission::signed_in,
             .request = {{"properties", listed}},
             .response = {{"type", "array"}, {"items", asset_schema()}},
             .idempotent = true},
            &list);
  group.add({.name = "library.assets.get",
             .summary = "One asset",
             .method = "GET",
             .path = "/assets/{id}",
             .permission = Permission::view,
             .project = project_of,
             .request = only_id,
             .response = asset_schema(),
             .idempotent = true},
            &get);
  group.add_stream({.name = "library.assets.stream",
                    .summary = "The asset's bytes, whole or in a range",
                    .method = "GET",
                    .path = "/assets/{id}/stream",
                    .permission = Permission::view,
                    .project = project_of,
                    .request = only_id,
                    .response = {{"type", "string"}, {"format", "binary"}},
                    .idempotent = true,
                    .blocking = true,
                    .reply = operations::ReplyKind::file},
                   &stream);
  group.add(
      {.name = "library.assets.create",
       .summary = "Takes an object of a storage into the library, and probes it",
       .method = "POST",
       .path = "/assets",
       .permission = Permission::edit,
       .project = named_project,
       .request = {{"required", {"key"}},
                   {"properties",
                    {{"key",
                      {{"type", "string"},
                       {"minLength", 1},
                       {"maxLength", 1024},
                       {"description", "The object in the storage, a relative path."}}},
                     {"storage", {{"type", "string"}, {"description", "By default the first that is configured."}}},
                     {"filename", filename_field},
                     {"project_id", project_field}}}},
       .response = asset_schema(),
       .blocking = true,
       .success = 201},
      &create);
  group.add(
      {.name = "library.assets.update",
       .summary = "Renames an asset, or moves it to another project",
       .method = "PATCH",
       .path = "/assets/{id}",
       .permission = Permission::edit,
       .project = project_of,
       .request = {{"properties", {{"id", id_field}, {"filename", filename_field}, {"project_id", project_field}}}},
       .response = asset_schema(),
       .idempotent = true},
      &edit);
  group.add({.name = "library.assets.delete",
             .summary = "Takes an asset out of the library; its object stays in the storage",
             .method = "DELETE",
             .path = "/assets/{id}",
             .permission = Permission::edit,
             .project = project_of,
             .request = only_id,
             .response = {{"type", "object"}, {"properties", {{"deleted", {{"type", "boolean"}}}}}},
             .idempotent = true},
            &remove);
  group.add({.name = "library.assets.finalize",
             .summary = "Closes a live asset, whose recording has ended, and probes it",
             .method = "POST",
             .path = "/assets/{id}/finalize",
             .permission = Permission::edit,
             .project = project_of,
             .request = only_id,
             .response = asset_schema()},
            &finalize);
}

}  // namespace wyvern::library
