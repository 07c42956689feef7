#include "app/health_operations.hpp"

#include "app/version.hpp"
#include "operations/group.hpp"

namespace wyvern::app {
namespace {

using operations::Answer;
using operations::Call;
using operations::Json;
using operations::Operation;
using operations::Permission;
using operations::Reply;

Operation described(std::string name, std::string path, std::string summary, Permission permission) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .method = "GET",
          .path = std::move(path),
          .permission = permission,
          .response = {{"type", "object"}},
          .idempotent = true};
}

Reply version(host::Host& host, const Call&) {
  Json instances = Json::array();
  for (const auto& instance : host.instances()) {
    instances.push_back({{"kind", instance.kind},
                         {"name", instance.name},
                         {"plugin", instance.plugin},
                         {"version", instance.version},
                         {"state", instance.state}});
  }
  return Json{{"version", version_text}, {"instances", std::move(instances)}};
}

void metrics(host::Host& host, const Call&, const std::shared_ptr<Answer>& answer) {
  const std::string text = host.metrics().collect();
  answer->head(200, "text/plain; version=0.0.4; charset=utf-8", {}, text.size());
  (void)answer->body(text);
  answer->end();
}

}  // namespace

void add_health_operations(operations::Table& table, host::Host& host, std::function<std::string()> ready) {
  operations::Group<host::Host> group(table, "system", host);
  group.add(described("system.healthz", "/healthz", "Whether the process lives", Permission::anyone),
            [](const host::Host&, const Call&) {
              return Json{{"status", "ok"}};
            });

  auto readiness =
      described("system.readyz", "/readyz", "Whether every part that it needs answers", Permission::anyone);
  readiness.blocking = true;
  group.add(std::move(readiness), [ready = std::move(ready)](host::Host& room, const Call&) -> Reply {
    std::string fault = ready();
    for (const auto& instance : room.instances()) {
      if (fault.empty() && instance.state != "started")
        fault = instance.kind + " '" + instance.name + "' is " + instance.state;
    }
    if (fault.empty()) return Json{{"status", "ready"}};
    return {503, Json{{"error", fault}, {"code", "system.not_ready"}}};
  });

  auto numbers = described("system.metrics", "/metrics", "Metrics in the Prometheus text format", Permission::anyone);
  numbers.reply = operations::ReplyKind::text;
  numbers.response = {{"type", "string"}};
  group.add_stream(std::move(numbers), &metrics);

  group.add(described("system.version", "/version", "The release, and the plugins in use", Permission::signed_in),
            &version);
}

}  // namespace wyvern::app
