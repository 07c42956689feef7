// Projects, and who may view or edit what is in them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operations/operation.hpp"
#include "operations/page.hpp"
#include "store/store.hpp"

namespace wyvern::identity {

using operations::Json;
using operations::Permission;

struct Project {
  std::string id;
  std::string name;
  store::Timestamp created_at;

  Json json() const;
};
Json project_schema();

constexpr int most_projects = 10'000;

// By name.
std::vector<Project> list_projects(store::Session& session);
// Those of a page that `shown` lets through.
std::vector<Project> list_projects(store::Session& session, const operations::Page& page,
                                   const std::function<bool(const Project&)>& shown);
// Throws Refusal 404.
Project get_project(store::Session& session, const std::string& id);
// Throws Refusal 409 when another has the name.
void add_project(store::Session& session, const Project& project);
// Throws Refusal 409 while anything belongs to it.
void remove_project(store::Session& session, const std::string& id);

using Grants = std::map<std::string, Permission, std::less<>>;  // by project
Grants grants_of(store::Session& session, const std::string& person_id);
void grant(store::Session& session, const std::string& project_id, const std::string& person_id, Permission permission);
// Whether there was one.
bool revoke(store::Session& session, const std::string& project_id, const std::string& person_id);
// [{person_id, name, permission}], by name.
Json access_of(store::Session& session, const std::string& project_id, const operations::Page& page);

}  // namespace wyvern::identity
