// The role playout-worker: one channel's engine, and the calls that steer it.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>

#include "app/ending.hpp"
#include "app/process.hpp"
#include "app/signals.hpp"
#include "app/state_secret.hpp"
#include "trace/scope.hpp"
#include "worker/operations.hpp"
#include "worker/settings.hpp"
#include "worker/token_access.hpp"
#include "worker/worker.hpp"

namespace wyvern::app {

namespace {

// Who asked for the worker, as its controller said.
std::optional<trace::Trace> asked_for_start() {
  const auto given = [](const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
    return std::string(value == nullptr ? "" : value);
  };
  if (given("WYVERN_REQUEST_ID").empty()) return std::nullopt;
  return trace::of_call(given("TRACEPARENT"), given("TRACESTATE"), given("WYVERN_REQUEST_ID"));
}

}  // namespace

int run_playout_worker(Process& process) {
  constexpr int blocking_threads = 4;
  constexpr std::chrono::seconds end_within{10};
  std::optional<trace::Scope> start(asked_for_start());
  auto& host = process.host();
  const auto& sections = process.config().sections;
  auto settings = worker::parse_settings(sections.at("worker")).or_throw();
  worker::TokenAccess access(sections.at("identity").value("bootstrap_token", ""));
  make_private_folder(settings.spool_dir);

  host.bring_up(process.config().instances, {}, host::without_surfaces).or_throw();
  const auto engine = host.service<wyv_engine_v1>("engine", settings.engine, WYV_ENGINE_SERVICE).or_throw();

  worker::Environment environment;
  environment.log = [&process](std::int32_t level, std::string_view message, const nlohmann::json& fields) {
    process.log("worker", level, message, fields);
  };
  environment.die = [] { (void)::kill(::getpid(), SIGKILL); };
  worker::Worker worker(std::move(settings), engine.table, engine.instance, std::move(environment));
  operations::Table table(access, blocking_threads, process.say_fault());
  worker::add_operations(table, worker);
  process.set_table(&table);

  worker.start().or_throw();
  host.bring_up(process.config().instances, {}, host::only_surfaces).or_throw();
  process.log("worker", WYV_LOG_INFO, "on air", {{"pid", ::getpid()}});
  start.reset();

  const int signal = wait_for_end();
  process.log("worker", WYV_LOG_INFO, "leaving the air", {{"signal", signal}});
  worker.stop();
  table.stop();
  (void)host.bring_down(end_within);
  if (host.stuck()) end_at_once(process, "a plugin is stuck");
  process.set_table(nullptr);
  return 0;
}

}  // namespace wyvern::app
