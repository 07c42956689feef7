#include "staging/job_table.hpp"

namespace wyvern::staging::job_table {
namespace {

using store::Row;
using store::Session;
using store::Timestamp;

constexpr std::string_view select_jobs =
    "SELECT j.*, a.filename AS filename, a.project_id AS project_id FROM jobs j JOIN assets a ON a.id = j.asset_id ";

constexpr std::string_view fence = " WHERE id = $1 AND owner = $2 AND attempt = $3 AND status = 'running'";

Timestamp after(Milliseconds delay) {
  return {Timestamp::now().us + std::chrono::duration_cast<std::chrono::microseconds>(delay).count()};
}

Job read(const Row& row) {
  Job job;
  job.id = row.text("id");
  job.type = row.text("type");
  job.asset_id = row.text("asset_id");
  job.status = row.text("status");
  job.priority = row.integer("priority");
  job.attempt = row.integer("attempt");
  job.failures = row.integer("failures");
  job.max_attempts = row.integer("max_attempts");
  job.run_at = row.timestamp("run_at");
  job.owner = row.optional_text("owner");
  job.bytes_done = row.integer("bytes_done");
  job.bytes_total = row.optional_integer("bytes_total");
  job.error_message = row.optional_text("error_message");
  job.created_at = row.timestamp("created_at");
  job.updated_at = row.timestamp("updated_at");
  job.filename = row.optional_text("filename");
  job.project_id = row.optional_text("project_id");
  return job;
}

std::string sql(std::string_view head, std::string_view tail) { return std::string(head).append(tail); }

// $1 type, $2 now, $3 the farthest run_at, $4 the farthest lease.
constexpr std::string_view is_due =
    "type = $1 AND ((status = 'queued' AND (run_at <= $2 OR run_at > $3)) OR "
    "(status = 'running' AND (lease_until <= $2 OR lease_until > $4)))";

}  // namespace

std::optional<Job> find(Session& session, std::string_view id) {
  return session.first(sql(select_jobs, "WHERE j.id = $1"), {id}, read);
}

std::optional<Job> find_open(Session& session, std::string_view type, std::string_view asset_id) {
  return session.first(sql(select_jobs, "WHERE j.type = $1 AND j.asset_id = $2 AND j.status IN ('queued', 'running')"),
                       {type, asset_id}, read);
}

std::vector<Job> list(Session& session, const Query& query) {
  std::vector<store::Parameter> parameters;
  std::string where = "WHERE 1 = 1";
  const auto bind = [&](std::string_view value) {
    parameters.emplace_back(value);
    return "$" + std::to_string(parameters.size());
  };
  if (query.status) where += " AND j.status = " + bind(*query.status);
  if (query.type) where += " AND j.type = " + bind(*query.type);
  if (!query.every_project) {
    std::string allowed = query.without_project ? "a.project_id IS NULL" : "1 = 0";
    if (!query.projects.empty()) {
      allowed += " OR a.project_id IN (";
      for (std::size_t i = 0; i < query.projects.size(); ++i) allowed += (i == 0 ? "" : ", ") + bind(query.projects[i]);
      allowed += ")";
    }
    where += " AND (" + allowed + ")";
  }
  const operations::Order newest_first{"jobs j", {"j.created_at", "j.id"}, true};
  const auto statement = sql(select_jobs, where) + query.page.tail(session, newest_first, parameters);
  std::vector<Job> jobs;
  session.execute(statement, parameters.data(), parameters.size(), [&](const Row& row) { jobs.push_back(read(row)); });
  return jobs;
}

Job insert(Session& session, std::string_view type, std::string_view asset_id, std::int64_t priority, int max_attempts,
           Timestamp run_at) {
  const auto id = store::new_uuid();
  const auto now = Timestamp::now();
  session.run(
      "INSERT INTO jobs (id, type, asset_id, status, priority, max_attempts, run_at, created_at, updated_at) "
      "VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7, $7)",
      {id, type, asset_id, priority, max_attempts, run_at, now});
  return find(session, id).value();
}

void hasten(Session& session, const Job& job, std::int64_t priority, Timestamp run_at) {
  session.run(
      "UPDATE jobs SET priority = $2, run_at = CASE WHEN status = 'queued' AND run_at > $3 THEN $3 ELSE run_at END, "
      "updated_at = $4 WHERE id = $1",
      {job.id, priority, run_at, Timestamp::now()});
}

bool any_due(Session& session, std::string_view type, const Horizon& horizon) {
  return session
      .first(sql("SELECT 1 AS one FROM jobs WHERE ", is_due) + " LIMIT 1",
             {type, Timestamp::now(), after(horizon.delay), after(horizon.lease)}, [](const Row&) { return true; })
      .has_value();
}

std::vector<Job> due(Session& session, std::string_view type, const Horizon& horizon, std::size_t limit) {
  // A store with several writers adds FOR UPDATE SKIP LOCKED to the inner SELECT; here the transaction holds the one
  // writer already.
  return session.all(sql(select_jobs, "WHERE j.id IN (SELECT id FROM jobs WHERE ") + std::string(is_due) +
                         " ORDER BY priority DESC, run_at, id LIMIT $5) ORDER BY j.priority DESC, j.run_at, j.id",
                     {type, Timestamp::now(), after(horizon.delay), after(horizon.lease), std::uint64_t{limit}}, read);
}

void claim(Session& session, const Job& job, std::string_view owner, Milliseconds lease, std::int64_t failures) {
  session.run(
      "UPDATE jobs SET status = 'running', owner = $2, attempt = attempt + 1, failures = $3, lease_until = $4, "
      "bytes_done = 0, bytes_total = NULL, updated_at = $5 WHERE id = $1",
      {job.id, owner, failures, after(lease), Timestamp::now()});
}

bool renew(Session& session, const Job& job, Milliseconds lease) {
  return session.run(sql("UPDATE jobs SET lease_until = $4", fence), {job.id, job.owner, job.attempt, after(lease)}) ==
         1;
}

bool progress(Session& session, const Job& job, std::int64_t done, std::int64_t total) {
  return session.run(sql("UPDATE jobs SET bytes_done = $4, bytes_total = $5, updated_at = $6", fence),
                     {job.id, job.owner, job.attempt, done, total, Timestamp::now()}) == 1;
}

bool succeed(Session& session, const Job& job) {
  return session.run(sql("UPDATE jobs SET status = 'succeeded', owner = NULL, lease_until = NULL, error_message = "
                         "NULL, bytes_done = COALESCE(bytes_total, bytes_done), updated_at = $4",
                         fence),
                     {job.id, job.owner, job.attempt, Timestamp::now()}) == 1;
}

bool fail(Session& session, const Job& job, std::string_view message) {
  return session.run(sql("UPDATE jobs SET status = 'failed', owner = NULL, lease_until = NULL, error_message = $4, "
                         "failures = failures + 1, updated_at = $5",
                         fence),
                     {job.id, job.owner, job.attempt, message, Timestamp::now()}) == 1;
}

bool delay(Session& session, const Job& job, std::string_view message, Timestamp run_at) {
  return session.run(sql("UPDATE jobs SET status = 'queued', owner = NULL, lease_until = NULL, error_message = $4, "
                         "failures = failures + 1, run_at = $5, updated_at = $6",
                         fence),
                     {job.id, job.owner, job.attempt, message, run_at, Timestamp::now()}) == 1;
}

bool give_back(Session& session, const Job& job) {
  return session.run(sql("UPDATE jobs SET status = 'queued', owner = NULL, lease_until = NULL, updated_at = $4", fence),
                     {job.id, job.owner, job.attempt, Timestamp::now()}) == 1;
}

bool cancel(Session& session, std::string_view id, std::string_view message) {
  return session.run(
             "UPDATE jobs SET status = 'cancelled', owner = NULL, lease_until = NULL, error_message = $2, "
             "updated_at = $3 WHERE id = $1 AND status IN ('queued', 'running')",
             {id, message, Timestamp::now()}) == 1;
}

bool retry(Session& session, std::string_view id) {
  return session.run(
             "UPDATE jobs SET status = 'queued', failures = 0, error_message = NULL, bytes_done = 0, "
             "bytes_total = NULL, run_at = $2, updated_at = $2 WHERE id = $1 AND status IN ('failed', 'cancelled')",
             {id, Timestamp::now()}) == 1;
}

std::uint64_t give_back_all(Session& session, std::string_view owner_prefix) {
  return session.run(
      "UPDATE jobs SET status = 'queued', owner = NULL, lease_until = NULL, failures = failures + 1, updated_at = $2 "
      "WHERE status = 'running' AND SUBSTR(owner, 1, $3) = $1",
      {owner_prefix, Timestamp::now(), std::uint64_t{owner_prefix.size()}});
}

std::uint64_t forget(Session& session, Milliseconds age) {
  return session.run("DELETE FROM jobs WHERE status IN ('succeeded', 'cancelled') AND updated_at < $1", {after(-age)});
}

void fail_unfenced(Session& session, const Job& job, std::string_view message) {
  session.run(
      "UPDATE jobs SET status = 'failed', owner = NULL, lease_until = NULL, error_message = $2, updated_at = $3 "
      "WHERE id = $1",
      {job.id, message, Timestamp::now()});
}

}  // namespace wyvern::staging::job_table
