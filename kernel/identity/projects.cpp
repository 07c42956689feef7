#include "identity/projects.hpp"

namespace wyvern::identity {
namespace {

using operations::Refusal;

Project project_of(const store::Row& row) { return {row.text("id"), row.text("name"), row.timestamp("created_at")}; }

std::int64_t count(store::Session& session, std::string_view sql, store::Session::Parameters parameters) {
  return session.first(sql, parameters, [](const store::Row& row) { return row.integer("n"); }).value_or(0);
}

}  // namespace

Json Project::json() const { return {{"id", id}, {"name", name}, {"created_at", created_at.iso8601()}}; }

Json project_schema() {
  const Json text = {{"type", "string"}};
  return {{"type", "object"}, {"properties", {{"id", text}, {"name", text}, {"created_at", text}}}};
}

std::vector<Project> list_projects(store::Session& session) {
  return session.all("SELECT id, name, created_at FROM projects ORDER BY name", {}, &project_of);
}

// What is shown is not the store's to say, so the limit is not either; of the rest there are `most_projects`.
std::vector<Project> list_projects(store::Session& session, const operations::Page& page,
                                   const std::function<bool(const Project&)>& shown) {
  const operations::Order by_name{"projects", {"name", "id"}};
  std::vector<store::Parameter> parameters;
  const auto behind = page.behind(session, by_name, parameters);
  std::vector<Project> projects;
  session.execute("SELECT id, name, created_at FROM projects WHERE 1 = 1" + behind + by_name.sql(), parameters.data(),
                  parameters.size(), [&](const store::Row& row) {
                    if (projects.size() == page.limit()) return;
                    if (auto project = project_of(row); shown(project)) projects.push_back(std::move(project));
                  });
  return projects;
}

Project get_project(store::Session& session, const std::string& id) {
  auto project = session.first("SELECT id, name, created_at FROM projects WHERE id = $1", {id}, &project_of);
  if (!project) throw Refusal(404, "project.not_found", "there is no project " + id);
  return std::move(*project);
}

void add_project(store::Session& session, const Project& project) {
  if (count(session, "SELECT COUNT(*) AS n FROM projects WHERE name = $1", {project.name}) != 0) {
    throw Refusal(409, "project.name_taken", "there is a project '" + project.name + "' already");
  }
  if (count(session, "SELECT COUNT(*) AS n FROM projects", {}) >= most_projects) {
    throw Refusal(409, "project.too_many",
                  "there are " + std::to_string(most_projects) + " projects already; remove one first");
  }
  session.run("INSERT INTO projects (id, name, created_at) VALUES ($1, $2, $3)",
              {project.id, project.name, project.created_at});
}

void remove_project(store::Session& session, const std::string& id) {
  const auto project = get_project(session, id);
  const auto channels = count(session, "SELECT COUNT(*) AS n FROM playout_channels WHERE project_id = $1", {id});
  const auto assets = count(session, "SELECT COUNT(*) AS n FROM assets WHERE project_id = $1", {id});
  if (channels + assets != 0) {
    throw Refusal(409, "project.in_use",
                  "'" + project.name + "' still has " + std::to_string(channels) + " channels and " +
                      std::to_string(assets) + " assets; move or delete them first",
                  {{"channels", channels}, {"assets", assets}});
  }
  session.run("DELETE FROM projects WHERE id = $1", {id});
}

Grants grants_of(store::Session& session, const std::string& person_id) {
  Grants grants;
  session.each("SELECT project_id, permission FROM project_access WHERE person_id = $1", {person_id},
               [&](const store::Row& row) {
                 grants[row.text("project_id")] =
                     row.text("permission") == "edit" ? Permission::edit : Permission::view;
               });
  return grants;
}

void grant(store::Session& session, const std::string& project_id, const std::string& person_id,
           Permission permission) {
  session.run(
      "INSERT INTO project_access (project_id, person_id, permission, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT "
      "(project_id, person_id) DO UPDATE SET permission = excluded.permission",
      {project_id, person_id, operations::name_of(permission), store::Timestamp::now()});
}

bool revoke(store::Session& session, const std::string& project_id, const std::string& person_id) {
  return session.run("DELETE FROM project_access WHERE project_id = $1 AND person_id = $2", {project_id, person_id}) !=
         0;
}

Json access_of(store::Session& session, const std::string& project_id, const operations::Page& page) {
  Json all = Json::array();
  std::vector<store::Parameter> parameters{project_id};
  const auto tail = page.tail(session, {"people p", {"p.name", "p.id"}}, parameters);
  session.execute(
      "SELECT a.person_id, p.name, a.permission FROM project_access a JOIN people p ON p.id = a.person_id WHERE "
      "a.project_id = $1" +
          tail,
      parameters.data(), parameters.size(), [&](const store::Row& row) { all.push_back(row.object()); });
  return all;
}

}  // namespace wyvern::identity
