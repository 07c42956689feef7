// The role controller: puts the rooms together, carries their operations to the surfaces, and keeps channels on air.
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <optional>

#include "app/ending.hpp"
#include "app/health_operations.hpp"
#include "app/process.hpp"
#include "app/signals.hpp"
#include "app/state_secret.hpp"
#include "app/version.hpp"
#include "audit/trail.hpp"
#include "events/operations.hpp"
#include "identity/identity.hpp"
#include "library/library.hpp"
#include "operations/kept_answers.hpp"
#include "playout/playout.hpp"
#include "staging/staging.hpp"
#include "store/migrations.hpp"
#include "store/others.hpp"
#include "wyvern/abi/surface.h"
#include "wyvern/call.hpp"

namespace wyvern::app {
namespace {

// Engines run in workers and in the children that probe media, never here.
bool in_this_process(const config::InstanceConfig& instance) {
  return instance.kind != "engine" && instance.kind != "surface";
}

std::string node_name() {
  char name[256] = {};
  (void)::gethostname(name, sizeof name - 1);
  return name;
}

playout::Dependencies playout_dependencies(Process& process, store::Store store, events::Log& events,
                                           staging::Staging& staging) {
  auto& host = process.host();
  const auto& config = process.config();
  playout::Dependencies given{
      .store = std::move(store),
      .events = events,
      .outputs = {},
      .runtime = {},
      .engine = {},
      .settings = playout::Settings::from(config.sections.at("playout")),
      .node = node_name(),
      .state_dir = config.state_dir,
      .program = this_program(),
      .plugin_dirs = process.plugin_dirs(),
      .secret = state_secret(config.state_dir / "secret"),
      .request_media = [&staging](store::Session& session,
                                  std::string_view asset_id) { staging.request(session, asset_id); },
      .request_held_media =
          [&staging](store::Session& session, std::string_view asset_id, const playout::HeldMedia& held) {
            return staging.cache().request_held(session, asset_id, held.path, held.size_bytes, held.used_at);
          },
      .log = [&process](std::int32_t level, std::string_view message,
                        const nlohmann::json& fields) { process.log("playout", level, message, fields); }};
  for (const auto& name : host.names("output")) {
    const auto service = host.service<wyv_output_v1>("output", name, WYV_OUTPUT_SERVICE).or_throw();
    for (const auto& instance : config.instances) {
      if (instance.kind != "output" || instance.name != name) continue;
      const auto* plugin = process.catalogue().find(instance.plugin).or_throw();
      given.outputs[name] = {service.table, service.instance,
                             plugin->manifest.value("output_schema", nlohmann::json::object())};
    }
  }
  const auto runtime =
      host.service<wyv_runtime_v1>("runtime", process.first_of("runtime").name, WYV_RUNTIME_SERVICE).or_throw();
  given.runtime = {runtime.table, runtime.instance};
  const auto& engine = process.first_of("engine");
  const auto* engine_plugin = process.catalogue().find(engine.plugin).or_throw();
  given.engine = {engine.name, engine.plugin, engine_plugin->manifest.value("renders_for", engine.plugin),
                  engine.settings};
  return given;
}

library::ProbeCommand probe_command(const Process& process) {
  const auto& engine = process.first_of("engine");
  return {this_program(), process.catalogue().find(engine.plugin).or_throw()->path, engine.name, engine.settings};
}

std::vector<staging::StorageAccess> storages(host::Host& host) {
  std::vector<staging::StorageAccess> all;
  for (const auto& name : host.names("storage")) {
    const auto service = host.service<wyv_storage_v1>("storage", name, WYV_STORAGE_SERVICE).or_throw();
    all.push_back({name, service.table, service.instance});
  }
  return all;
}

std::string stuck_instances(host::Host& host) {
  std::string names;
  for (const auto& instance : host.instances()) {
    if (instance.state != "stuck") continue;
    names += (names.empty() ? "" : ", ") + instance.kind + " '" + instance.name + "' (" + instance.plugin + ")";
  }
  return names;
}

void tell_addresses(Process& process) {
  auto& host = process.host();
  for (const auto& name : host.names("surface")) {
    const auto surface = host.service<wyv_surface_v1>("surface", name, WYV_SURFACE_SERVICE);
    if (!surface) continue;
    Call call(std::chrono::seconds(5));
    const auto address = call_for_text(call, surface->table->address, surface->instance);
    if (!address) continue;
    const auto url = nlohmann::json::parse(*address).value("url", "");
    std::cout << "wyvernd: " << name << " at " << url << '\n' << std::flush;
    process.log("app", WYV_LOG_INFO, "surface is up", {{"surface", name}, {"url", url}});
  }
}

}  // namespace

int run_controller(Process& process) {
  constexpr operations::Table::Threads threads{32, 16};
  constexpr std::chrono::seconds end_within{20};
  constexpr std::chrono::seconds end_at_the_latest{60};
  const auto& config = process.config();
  auto& host = process.host();
  std::optional<EndDeadline> deadline;  // the last to go: it watches over the destructors too
  make_private_folder(config.state_dir);
  host.bring_up(config.instances, {}, in_this_process).or_throw();

  const auto main_store = host.service<wyv_store_v1>("store", process.first_of("store").name, WYV_STORE_SERVICE,
                                                     store::first_store_table_bytes)
                              .or_throw();
  const store::Store store(main_store.table, main_store.instance);
  const int applied = store::migrate(store, store::migrations_for(store.dialect()));
  if (applied != 0) process.log("app", WYV_LOG_INFO, "the store was migrated", {{"applied", applied}});

  const auto& identity_section = config.sections.at("identity");
  identity::Identity identity(store, identity::Settings::from(identity_section));
  const auto bootstrap = identity.bootstrap(identity_section.value("bootstrap_token", ""));
  if (!bootstrap.generated_token.empty()) {
    std::cout << "wyvernd: the administrator's token, shown this once: " << bootstrap.generated_token << '\n'
              << std::flush;
  }

  const auto say = [&process](const char* component) {
    return [&process, component](std::int32_t level, std::string_view message, const nlohmann::json& fields) {
      process.log(component, level, message, fields);
    };
  };
  const store::Others others(main_store.table, main_store.instance);
  events::Log events(store, [&others] { others.tell("events"); });
  operations::KeptAnswers kept_answers(store);
  audit::Trail trail(store);
  operations::Table table(identity, threads, process.say_fault(), &trail);
  table.set_kept_answers(&kept_answers);
  events::Streams streams(events);
  staging::Staging staging({store, events, staging::settings_from(config.sections.at("staging"), config.state_dir),
                            storages(host), say("staging"), [&others] { others.tell("jobs"); }});
  library::Library library({store, events, staging, library::settings_from(config.sections.at("library")),
                            probe_command(process), say("library")});
  playout::Playout playout(playout_dependencies(process, store, events, staging));
  staging.on_media_changed([&playout](std::string_view asset_id) { playout.media_changed(asset_id); });

  add_health_operations(table, host, [&store]() -> std::string {
    try {
      (void)store.read([](store::Session& session) { return session.run("SELECT 1 AS one"); });
      return {};
    } catch (const Failure& failure) {
      return std::string("the store does not answer: ") + failure.what();
    }
  });
  identity.add_operations(table);
  trail.add_operations(table);
  streams.add_operations(table);
  library::add_operations(table, library);
  staging::add_operations(table, staging, store);
  playout.add_operations(table);
  process.set_table(&table);

  library.start();
  staging.start();
  playout.start();
  auto events_of_others = others.watch("events", [&events] { events.look(); });
  auto jobs_of_others = others.watch("jobs", [&staging] { staging.queue().look(); });
  host.bring_up(config.instances, {}, host::only_surfaces).or_throw();
  tell_addresses(process);

  const int signal = wait_for_end();
  process.log("app", WYV_LOG_INFO, "ending; workers stay on air", {{"signal", signal}});
  // A worker that is being stopped or started at this moment has its own time.
  const auto settings = playout::Settings::from(config.sections.at("playout"));
  deadline.emplace(process, end_at_the_latest + 2 * settings.stop_grace + settings.worker_start_timeout);
  events_of_others.reset();
  jobs_of_others.reset();
  streams.stop();
  table.stop();
  trail.flush();
  playout.stop();
  library.stop();
  staging.stop();
  if (staging.storages().hanging()) end_at_once(process, "a call to a storage has not returned");
  (void)host.bring_down(end_within);
  if (host.stuck()) end_at_once(process, "a plugin is stuck: " + stuck_instances(host));
  process.set_table(nullptr);
  return 0;
}

}  // namespace wyvern::app
