// The contract's /assets.
#include "operations/operation.hpp"

#include <algorithm>

#include "library/asset_list.hpp"
#include "library/library.hpp"
#include "library/storage_refusal.hpp"
#include "staging/copy.hpp"

namespace wyvern::library {
namespace {

using operations::Call;
using operations::Operation;
using operations::Permission;
using operations::ProjectId;
using operations::Refusal;
using operations::Reply;

const Json id_field = {{"type", "string"}, {"format", "uuid"}};
const Json project_field = {{"type", Json::array({"string", "null"})},
                            {"format", "uuid"},
                            {"description", "Without one the asset is for administrators."}};
const Json filename_field = {
    {"type", "string"}, {"minLength", 1}, {"maxLength", 255}, {"description", "What people call it."}};

Operation operation(std::string name, std::string summary, std::string method, std::string path) {
  Operation made;
  made.name = std::move(name);
  made.summary = std::move(summary);
  made.method = std::move(method);
  made.path = std::move(path);
  made.tag = "assets";
  return made;
}

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
  AssetQuery query;
  if (call.has("q")) query.text = call.text("q");
  if (call.has("status")) query.status = call.text("status");
  if (call.has("project_id")) query.project_id = call.text("project_id");
  if (call.has("after")) query.after = call.text("after");
  if (call.has("limit")) query.limit = call.input["limit"].get<int>();
  query.every_project = call.caller.administrator;
  return library.store().read([&](store::Session& session) -> Reply {
    if (!query.every_project) {
      query.without_project = call.may(Permission::view, std::nullopt);
      for (const auto& project :
           session.all("SELECT id FROM projects", {}, [](const store::Row& row) { return row.text("id"); })) {
        if (call.may(Permission::view, project)) query.projects.push_back(project);
      }
    }
    if (query.after && !find_asset(session, *query.after)) {
      throw Refusal(400, "page.after", "after names no asset: " + *query.after);
    }
    Json assets = Json::array();
    for (const auto& asset : list_assets(session, query)) assets.push_back(asset.json());
    return assets;
  });
}

Reply edit(Library& library, Call& call) {
  const auto asset = library.store().write([&](store::Session& session) {
    const auto before = existing(session, call.text("id"));
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

void add_reading(operations::Table& table, Library& library, const std::function<ProjectId(const Call&)>& project_of) {
  auto all = operation("library.assets.list", "Assets, newest first; only what the caller may view", "GET", "/assets");
  all.permission = Permission::signed_in;
  all.request = {
      {"properties",
       {{"q", {{"type", "string"}, {"maxLength", 255}, {"description", "Part of the filename."}}},
        {"status", {{"type", "string"}, {"enum", {"live", "processing", "ready", "error"}}}},
        {"project_id", id_field},
        {"limit", {{"type", "integer"}, {"minimum", 1}, {"maximum", 500}, {"default", 100}}},
        {"after", {{"type", "string"}, {"format", "uuid"}, {"description", "The last asset of the page before."}}}}}};
  all.response = {{"type", "array"}, {"items", asset_schema()}};
  all.idempotent = true;
  all.handle = [&library](Call& call) { return list(library, call); };
  table.add(std::move(all));

  auto one = operation("library.assets.get", "One asset", "GET", "/assets/{id}");
  one.permission = Permission::view;
  one.project = project_of;
  one.request = {{"properties", {{"id", id_field}}}};
  one.response = asset_schema();
  one.idempotent = true;
  one.handle = [&library](Call& call) -> Reply {
    return library.store().read([&](store::Session& session) { return existing(session, call.text("id")).json(); });
  };
  table.add(std::move(one));

  auto stream =
      operation("library.assets.stream", "The asset's bytes, whole or in a range", "GET", "/assets/{id}/stream");
  stream.permission = Permission::view;
  stream.project = project_of;
  stream.request = {{"properties", {{"id", id_field}}}};
  stream.response = {{"type", "string"}, {"format", "binary"}};
  stream.idempotent = true;
  stream.blocking = true;
  stream.reply = operations::ReplyKind::file;
  stream.stream = [&library](Call& call, std::shared_ptr<operations::Answer> answer) {
    const auto asset =
        library.store().read([&](store::Session& session) { return existing(session, call.text("id")); });
    library.streams().answer(call, asset, std::move(answer));
  };
  table.add(std::move(stream));
}

}  // namespace

void add_operations(operations::Table& table, Library& library) {
  const auto project_of = [&library](const Call& call) -> ProjectId {
    return library.store().read([&](store::Session& session) { return existing(session, call.text("id")).project_id; });
  };
  add_reading(table, library, project_of);

  auto make = operation("library.assets.create", "Takes an object of a storage into the library, and probes it", "POST",
                        "/assets");
  make.permission = Permission::edit;
  make.project = named_project;
  make.request = {{"required", {"key"}},
                  {"properties",
                   {{"key",
                     {{"type", "string"},
                      {"minLength", 1},
                      {"maxLength", 1024},
                      {"description", "The object in the storage, a relative path."}}},
                    {"storage", {{"type", "string"}, {"description", "By default the first that is configured."}}},
                    {"filename", filename_field},
                    {"project_id", project_field}}}};
  make.response = asset_schema();
  make.success = 201;
  make.blocking = true;
  make.handle = [&library](Call& call) { return create(library, call); };
  table.add(std::move(make));

  auto change =
      operation("library.assets.update", "Renames an asset, or moves it to another project", "PATCH", "/assets/{id}");
  change.permission = Permission::edit;
  change.project = project_of;
  change.request = {{"properties", {{"id", id_field}, {"filename", filename_field}, {"project_id", project_field}}}};
  change.response = asset_schema();
  change.idempotent = true;
  change.handle = [&library](Call& call) { return edit(library, call); };
  table.add(std::move(change));

  auto drop = operation("library.assets.delete", "Takes an asset out of the library; its object stays in the storage",
                        "DELETE", "/assets/{id}");
  drop.permission = Permission::edit;
  drop.project = project_of;
  drop.request = {{"properties", {{"id", id_field}}}};
  drop.response = {{"type", "object"}, {"properties", {{"deleted", {{"type", "boolean"}}}}}};
  drop.idempotent = true;
  drop.handle = [&library](Call& call) { return remove(library, call); };
  table.add(std::move(drop));

  auto finish = operation("library.assets.finalize", "Closes a live asset, whose recording has ended, and probes it",
                          "POST", "/assets/{id}/finalize");
  finish.permission = Permission::edit;
  finish.project = project_of;
  finish.request = {{"properties", {{"id", id_field}}}};
  finish.response = asset_schema();
  finish.handle = [&library](Call& call) -> Reply {
    return library.store().write(
        [&](store::Session& session) { return library.finalize(session, call.text("id")).json(); });
  };
  table.add(std::move(finish));
}

}  // namespace wyvern::library
