// The contract's /jobs.
#include "operations/operation.hpp"

#include "staging/job_table.hpp"
#include "staging/staging.hpp"

namespace wyvern::staging {
namespace {

using operations::Call;
using operations::Operation;
using operations::Permission;
using operations::ProjectId;
using operations::Refusal;
using operations::Reply;

const Json id_field = {{"type", "string"}, {"format", "uuid"}};

Operation operation(std::string name, std::string summary, std::string method, std::string path) {
  Operation made;
  made.name = std::move(name);
  made.summary = std::move(summary);
  made.method = std::move(method);
  made.path = std::move(path);
  made.tag = "jobs";
  return made;
}

[[noreturn]] void refuse(const Error& error) {
  if (error.status == WYV_NOT_FOUND) throw Refusal(404, error.code, error.message);
  if (error.status == WYV_CONFLICT) throw Refusal(409, error.code, error.message);
  throw Failure(error);
}

// What the caller may see, as the list's filter.
void narrow(job_table::Page& page, const Call& call, const store::Store& store) {
  page.every_project = call.caller.administrator;
  if (page.every_project) return;
  page.without_project = call.may(Permission::view, std::nullopt);
  const auto projects = store.read([](store::Session& session) {
    return session.all("SELECT id FROM projects", {}, [](const store::Row& row) { return row.text("id"); });
  });
  for (const auto& project : projects) {
    if (call.may(Permission::view, project)) page.projects.push_back(project);
  }
}

}  // namespace

void add_operations(operations::Table& table, Staging& staging, store::Store store) {
  auto& queue = staging.queue();
  const auto project_of = [&queue](const Call& call) -> ProjectId {
    const auto job = queue.find(call.text("id"));
    if (!job) throw Refusal(404, "job.not_found", "there is no job " + call.text("id"));
    return job->project_id;
  };

  auto list = operation("staging.jobs.list", "Jobs, newest first", "GET", "/jobs");
  list.permission = Permission::signed_in;
  list.request = {
      {"properties",
       {{"status", {{"type", "string"}, {"enum", {"queued", "running", "succeeded", "failed", "cancelled"}}}},
        {"type", {{"type", "string"}, {"enum", {"probe", "stage"}}}},
        {"limit", {{"type", "integer"}, {"minimum", 1}, {"maximum", 500}, {"default", 100}}},
        {"after", {{"type", "string"}, {"format", "uuid"}, {"description", "The last job of the page before"}}}}}};
  list.response = {{"type", "array"}, {"items", job_schema()}};
  list.idempotent = true;
  list.handle = [store](Call& call) -> Reply {
    job_table::Page page;
    if (call.has("status")) page.status = call.text("status");
    if (call.has("type")) page.type = call.text("type");
    if (call.has("limit")) page.limit = call.input["limit"].get<int>();
    if (call.has("after")) page.after = call.text("after");
    narrow(page, call, store);
    return store.read([&](store::Session& session) -> Reply {
      if (page.after && !job_table::find(session, *page.after)) {
        throw Refusal(400, "page.after", "after names no job: " + *page.after);
      }
      Json jobs = Json::array();
      for (const auto& job : job_table::list(session, page)) jobs.push_back(job.json());
      return jobs;
    });
  };
  table.add(std::move(list));

  auto get = operation("staging.jobs.get", "One job", "GET", "/jobs/{id}");
  get.permission = Permission::view;
  get.project = project_of;
  get.request = {{"properties", {{"id", id_field}}}};
  get.response = job_schema();
  get.idempotent = true;
  get.handle = [&queue](Call& call) -> Reply {
    const auto job = queue.find(call.text("id"));
    if (!job) throw Refusal(404, "job.not_found", "there is no job " + call.text("id"));
    return job->json();
  };
  table.add(std::move(get));

  auto retry = operation("staging.jobs.retry", "Queues a failed or cancelled job again", "POST", "/jobs/{id}/retry");
  retry.permission = Permission::edit;
  retry.project = project_of;
  retry.request = {{"properties", {{"id", id_field}}}};
  retry.response = job_schema();
  retry.handle = [&queue](Call& call) -> Reply {
    try {
      return queue.retry(call.text("id")).json();
    } catch (const Failure& failure) {
      refuse(failure.error());
    }
  };
  table.add(std::move(retry));

  auto cancel =
      operation("staging.jobs.cancel", "Withdraws a queued or running job, in the middle of a copy if need be", "POST",
                "/jobs/{id}/cancel");
  cancel.permission = Permission::edit;
  cancel.project = project_of;
  cancel.request = {{"properties", {{"id", id_field}}}};
  cancel.response = job_schema();
  cancel.handle = [&queue](Call& call) -> Reply {
    try {
      return queue.cancel(call.text("id"), call.caller.name).json();
    } catch (const Failure& failure) {
      refuse(failure.error());
    }
  };
  table.add(std::move(cancel));
}

}  // namespace wyvern::staging
