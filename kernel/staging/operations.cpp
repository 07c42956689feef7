// The contract's /jobs.
#include "operations/group.hpp"

#include "staging/job_table.hpp"
#include "staging/staging.hpp"

namespace wyvern::staging {
namespace {

using operations::Call;
using operations::Permission;
using operations::ProjectId;
using operations::Refusal;
using operations::Reply;

constexpr std::int64_t usual_limit = 100;

const Json id_field = {{"type", "string"}, {"format", "uuid"}};

[[noreturn]] void refuse(const Error& error) {
  if (error.status == WYV_NOT_FOUND) throw Refusal(404, error.code, error.message);
  if (error.status == WYV_CONFLICT) throw Refusal(409, error.code, error.message);
  throw Failure(error);
}

// What the caller may see, as the list's filter.
void narrow(job_table::Query& query, const Call& call, const store::Store& store) {
  query.every_project = call.caller.administrator;
  if (query.every_project) return;
  query.without_project = call.may(Permission::view, std::nullopt);
  const auto projects = store.read([](store::Session& session) {
    return session.all("SELECT id FROM projects", {}, [](const store::Row& row) { return row.text("id"); });
  });
  for (const auto& project : projects) {
    if (call.may(Permission::view, project)) query.projects.push_back(project);
  }
}

Job found(const Queue& queue, const std::string& id) {
  const auto job = queue.find(id);
  if (!job) throw Refusal(404, "job.not_found", "there is no job " + id);
  return *job;
}

Reply list(const store::Store& store, const Call& call) {
  job_table::Query query{operations::Page(call, usual_limit)};
  if (call.has("status")) query.status = call.text("status");
  if (call.has("type")) query.type = call.text("type");
  narrow(query, call, store);
  return store.read([&](store::Session& session) -> Reply {
    Json jobs = Json::array();
    for (const auto& job : job_table::list(session, query)) jobs.push_back(job.json());
    return jobs;
  });
}

Reply retry(Staging& staging, const Call& call) {
  try {
    return staging.queue().retry(call.text("id")).json();
  } catch (const Failure& failure) {
    refuse(failure.error());
  }
}

Reply cancel(Staging& staging, const Call& call) {
  try {
    return staging.queue().cancel(call.text("id"), call.caller.name).json();
  } catch (const Failure& failure) {
    refuse(failure.error());
  }
}

}  // namespace

void add_operations(operations::Table& table, Staging& staging, const store::Store& store) {
  operations::Group<Staging> group(table, "jobs", staging);
  const auto project_of = [&queue = staging.queue()](const Call& call) -> ProjectId {
    return found(queue, call.text("id")).project_id;
  };
  const Json only_id = {{"properties", {{"id", id_field}}}};
  Json listed = operations::Page::properties(usual_limit);
  listed["status"] = {{"type", "string"}, {"enum", {"queued", "running", "succeeded", "failed", "cancelled"}}};
  listed["type"] = {{"type", "string"}, {"enum", {"probe", "stage"}}};

  group.add({.name = "staging.jobs.list",
             .summary = "Jobs, newest first",
             .method = "GET",
             .path = "/jobs",
             .permission = Permission::signed_in,
             .request = {{"properties", listed}},
             .response = {{"type", "array"}, {"items", job_schema()}},
             .idempotent = true},
            [store](const Staging&, const Call& call) { return list(store, call); });
  group.add({.name = "staging.jobs.get",
             .summary = "One job",
             .method = "GET",
             .path = "/jobs/{id}",
             .permission = Permission::view,
             .project = project_of,
             .request = only_id,
             .response = job_schema(),
             .idempotent = true},
            [](Staging& room, const Call& call) { return found(room.queue(), call.text("id")).json(); });
  group.add({.name = "staging.jobs.retry",
             .summary = "Queues a failed or cancelled job again",
             .method = "POST",
             .path = "/jobs/{id}/retry",
             .permission = Permission::edit,
             .project = project_of,
             .request = only_id,
             .response = job_schema()},
            &retry);
  group.add({.name = "staging.jobs.cancel",
             .summary = "Withdraws a queued or running job, in the middle of a copy if need be",
             .method = "POST",
             .path = "/jobs/{id}/cancel",
             .permission = Permission::edit,
             .project = project_of,
             .request = only_id,
             .response = job_schema()},
            &cancel);
}

}  // namespace wyvern::staging
