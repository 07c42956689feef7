// The contract's /projects and /projects/:id/access.
#include "identity/identity.hpp"
#include "operations/group.hpp"

namespace wyvern::identity {
namespace {

using operations::Call;
using operations::Page;
using operations::Refusal;
using operations::Reply;

Reply list(Identity& identity, const Call& call) {
  return identity.store().read([&](store::Session& session) -> Reply {
    Json all = Json::array();
    const auto shown = [&](const Project& project) { return identity.may(call.caller, Permission::view, project.id); };
    for (const auto& project : list_projects(session, Page(call), shown)) all.push_back(project.json());
    return all;
  });
}

Reply get(Identity& identity, const Call& call) {
  return identity.store().read(
      [&](store::Session& session) -> Reply { return get_project(session, call.text("id")).json(); });
}

Reply create(Identity& identity, Call& call) {
  const Project project{store::new_uuid(), checked_name(call.text("name")), store::Timestamp::now()};
  identity.change([&](store::Session& session) {
    session.concerns(project.id);
    add_project(session, project);
  });
  return project.json();
}

Reply remove(Identity& identity, const Call& call) {
  identity.change([&](store::Session& session) { remove_project(session, call.text("id")); });
  return Json{{"deleted", true}};
}

Reply access(Identity& identity, const Call& call) {
  return identity.store().read([&](store::Session& session) -> Reply {
    (void)get_project(session, call.text("id"));
    return access_of(session, call.text("id"), Page(call));
  });
}

Reply give(Identity& identity, const Call& call) {
  const auto permission = call.text("permission") == "edit" ? Permission::edit : Permission::view;
  return identity.change([&](store::Session& session) -> Reply {
    (void)get_project(session, call.text("id"));
    (void)get_person(session, call.text("person_id"));
    grant(session, call.text("id"), call.text("person_id"), permission);
    return access_of(session, call.text("id"), Page(call));
  });
}

Reply take(Identity& identity, const Call& call) {
  return identity.change([&](store::Session& session) -> Reply {
    (void)get_project(session, call.text("id"));
    if (!revoke(session, call.text("id"), call.text("person_id"))) {
      throw Refusal(404, "project.no_access", "that person has no access to the project of their own");
    }
    return access_of(session, call.text("id"), Page(call));
  });
}

}  // namespace

void add_project_operations(operations::Table& table, Identity& identity) {
  operations::Group<Identity> group(table, "projects", identity);
  const Json id = {{"type", "string"}, {"format", "uuid"}};
  const Json only_id = {{"properties", {{"id", id}}}};
  const Json permission = {{"type", "string"}, {"enum", {"view", "edit"}}};
  const Json accesses = {
      {"type", "array"},
      {"items",
       {{"type", "object"},
        {"properties", {{"person_id", id}, {"name", {{"type", "string"}}}, {"permission", permission}}}}}};
  group.add({.name = "projects.list",
             .summary = "The projects that the caller may view, by name",
             .method = "GET",
             .path = "/projects",
             .permission = Permission::signed_in,
             .request = {{"properties", Page::properties()}},
             .response = {{"type", "array"}, {"items", project_schema()}},
             .idempotent = true},
            &list);
  group.add({.name = "projects.get",
             .summary = "One project",
             .method = "GET",
             .path = "/projects/{id}",
             .permission = Permission::view,
             .project = [&identity](const Call& call) -> operations::ProjectId {
               return identity.store().read(
                   [&](store::Session& session) { return get_project(session, call.text("id")).id; });
             },
             .request = only_id,
             .response = project_schema(),
             .idempotent = true},
            &get);
  group.add(
      {.name = "projects.create",
       .summary = "Adds a project",
       .method = "POST",
       .path = "/projects",
       .request = {{"required", {"name"}},
                   {"properties", {{"name", {{"type", "string"}, {"minLength", 1}, {"maxLength", longest_name}}}}}},
       .response = project_schema(),
       .success = 201},
      &create);
  group.add({.name = "projects.delete",
             .summary = "Removes a project that has no channels and no assets left",
             .method = "DELETE",
             .path = "/projects/{id}",
             .request = only_id,
             .response = {{"type", "object"}, {"properties", {{"deleted", {{"type", "boolean"}}}}}},
             .idempotent = true},
            &remove);
  Json listed = Page::properties();
  listed["id"] = id;
  group.add({.name = "projects.access.list",
             .summary = "Who may view or edit what is in the project, beside administrators",
             .method = "GET",
             .path = "/projects/{id}/access",
             .request = {{"properties", listed}},
             .response = accesses,
             .idempotent = true},
            &access);
  group.add({.name = "projects.access.give",
             .summary = "Lets a person view, or view and edit, what is in the project",
             .method = "POST",
             .path = "/projects/{id}/access",
             .request = {{"required", {"person_id", "permission"}},
                         {"properties", {{"id", id}, {"person_id", id}, {"permission", permission}}}},
             .response = accesses,
             .idempotent = true},
            &give);
  group.add({.name = "projects.access.take",
             .summary = "Takes a person's permission in the project away",
             .method = "DELETE",
             .path = "/projects/{id}/access",
             .request = {{"required", {"person_id"}}, {"properties", {{"id", id}, {"person_id", id}}}},
             .response = accesses,
             .idempotent = true},
            &take);
}

}  // namespace wyvern::identity
