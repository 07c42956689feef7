#include "app/health_operations.hpp"

#include "app/version.hpp"

namespace wyvern::app {
namespace {

using operations::Answer;
using operations::Call;
using operations::Json;
using operations::Operation;
using operations::Permission;
using operations::Reply;

Operation described(std::string name, std::string path, std::string summary, Permission permission) {
  Operation operation;
  operation.name = std::move(name);
  operation.summary = std::move(summary);
  operation.method = "GET";
  operation.path = std::move(path);
  operation.tag = "system";
  operation.permission = permission;
  operation.idempotent = true;
  operation.response = {{"type", "object"}};
  return operation;
}

}  // namespace

void add_health_operations(operations::Table& table, host::Host& host, std::function<std::string()> ready) {
  auto health = described("system.healthz", "/healthz", "Whether the process lives", Permission::anyone);
  health.handle = [](Call&) -> Reply { return Json{{"status", "ok"}}; };
  table.add(std::move(health));

  auto readiness =
      described("system.readyz", "/readyz", "Whether every part that it needs answers", Permission::anyone);
  readiness.blocking = true;
  readiness.handle = [&host, ready = std::move(ready)](Call&) -> Reply {
    std::string fault = ready();
    for (const auto& instance : host.instances()) {
      if (fault.empty() && instance.state != "started")
        fault = instance.kind + " '" + instance.name + "' is " + instance.state;
    }
    if (fault.empty()) return Json{{"status", "ready"}};
    return {503, Json{{"error", fault}, {"code", "system.not_ready"}}};
  };
  table.add(std::move(readiness));

  auto metrics = described("system.metrics", "/metrics", "Metrics in the Prometheus text format", Permission::anyone);
  metrics.reply = operations::ReplyKind::text;
  metrics.response = {{"type", "string"}};
  metrics.stream = [&host](Call&, const std::shared_ptr<Answer>& answer) {
    const std::string text = host.metrics().collect();
    answer->head(200, "text/plain; version=0.0.4; charset=utf-8", {}, text.size());
    (void)answer->body(text);
    answer->end();
  };
  table.add(std::move(metrics));

  auto version = described("system.version", "/version", "The release, and the plugins in use", Permission::signed_in);
  version.handle = [&host](Call&) -> Reply {
    Json instances = Json::array();
    for (const auto& instance : host.instances()) {
      instances.push_back({{"kind", instance.kind},
                           {"name", instance.name},
                           {"plugin", instance.plugin},
                           {"version", instance.version},
                           {"state", instance.state}});
    }
    return Json{{"version", version_text}, {"instances", std::move(instances)}};
  };
  table.add(std::move(version));
}

}  // namespace wyvern::app
