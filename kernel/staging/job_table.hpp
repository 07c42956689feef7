// Every statement on the jobs table, in one place: where a store needs other SQL, it is here.
//
// Times are this machine's wall clock, which may jump. A lease or a run_at that lies further ahead than any could be
// set was written under a clock that was ahead since, and counts as passed.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operations/page.hpp"
#include "staging/job.hpp"
#include "store/store.hpp"

namespace wyvern::staging::job_table {

using Milliseconds = std::chrono::milliseconds;

// What is farther ahead than these cannot be true.
struct Horizon {
  Milliseconds lease;
  Milliseconds delay;
};

struct Query {
  operations::Page page;
  std::optional<std::string> status = {}, type = {};
  bool every_project = false;
  bool without_project = false;
  std::vector<std::string> projects = {};  // when not every_project
};

std::optional<Job> find(store::Session& session, std::string_view id);
std::optional<Job> find_open(store::Session& session, std::string_view type, std::string_view asset_id);
// Newest first. Throws Refusal 400 when there is nothing to page from.
std::vector<Job> list(store::Session& session, const Query& query);

Job insert(store::Session& session, std::string_view type, std::string_view asset_id, std::int64_t priority,
           int max_attempts, store::Timestamp run_at);
// Raises the priority, and brings the start forward, of an open job.
void hasten(store::Session& session, const Job& job, std::int64_t priority, store::Timestamp run_at);

// Whether anything of the type is due.
bool any_due(store::Session& session, std::string_view type, const Horizon& horizon);
// Due jobs, the most urgent first; running ones are those whose lease is over. To be claimed in the same transaction.
std::vector<Job> due(store::Session& session, std::string_view type, const Horizon& horizon, std::size_t limit);
// `failures` is what the row shall say.
void claim(store::Session& session, const Job& job, std::string_view owner, Milliseconds lease, std::int64_t failures);

// Fenced by owner and attempt: false when the job is not that attempt's any more.
bool renew(store::Session& session, const Job& job, Milliseconds lease);
bool progress(store::Session& session, const Job& job, std::int64_t done, std::int64_t total);
bool succeed(store::Session& session, const Job& job);
bool fail(store::Session& session, const Job& job, std::string_view message);
bool delay(store::Session& session, const Job& job, std::string_view message, store::Timestamp run_at);
bool give_back(store::Session& session, const Job& job);

// By an operator; false when the job is in no state for it.
bool cancel(store::Session& session, std::string_view id, std::string_view message);
bool retry(store::Session& session, std::string_view id);
// Gives back everything that owners with this prefix hold.
std::uint64_t give_back_all(store::Session& session, std::string_view owner_prefix);
// Removes jobs that ended well, or were cancelled, before `age` ago.
std::uint64_t forget(store::Session& session, Milliseconds age);
// A job that was claimed too often without an outcome.
void fail_unfenced(store::Session& session, const Job& job, std::string_view message);

}  // namespace wyvern::staging::job_table
