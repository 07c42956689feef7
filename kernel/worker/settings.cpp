#include "worker/settings.hpp"

#include "config/schema.hpp"

namespace wyvern::worker {
namespace {

const config::Schema& schema() {
  static const config::Schema compiled(Json::parse(R"json({
    "type": "object",
    "required": ["channel", "epoch", "spool_dir"],
    "additionalProperties": false,
    "properties": {
      "channel": {
        "type": "object",
        "required": ["channel_id", "format", "outputs"],
        "additionalProperties": false,
        "properties": {
          "channel_id": {"type": "string", "minLength": 1, "maxLength": 200},
          "format": {
            "type": "object",
            "required": ["name", "width", "height", "rate_num", "rate_den"],
            "additionalProperties": false,
            "properties": {
              "name": {"type": "string", "minLength": 1},
              "width": {"type": "integer", "minimum": 2, "maximum": 16384},
              "height": {"type": "integer", "minimum": 2, "maximum": 16384},
              "rate_num": {"type": "integer", "minimum": 1, "maximum": 1000000},
              "rate_den": {"type": "integer", "minimum": 1, "maximum": 100000},
              "interlaced": {"type": "boolean"}
            }
          },
          "audio": {
            "type": "object",
            "additionalProperties": false,
            "properties": {"channels": {"type": "integer", "minimum": 1, "maximum": 64}}
          },
          "outputs": {
            "type": "array", "maxItems": 32,
            "items": {
              "type": "object",
              "required": ["id", "rendered"],
              "additionalProperties": false,
              "properties": {"id": {"type": "string", "minLength": 1}, "rendered": {"type": "object"}}
            }
          },
          "preview": {
            "type": "object",
            "required": ["directory"],
            "additionalProperties": false,
            "properties": {"directory": {"type": "string", "minLength": 1}}
          },
          "filler": {"type": "string", "minLength": 1}
        }
      },
      "channel_id": {"type": "string", "minLength": 1, "maxLength": 200},
      "epoch": {"type": "integer", "minimum": 0},
      "spool_dir": {"type": "string", "minLength": 1},
      "spool_limit_bytes": {"type": "integer", "minimum": 65536},
      "engine": {"type": "string", "minLength": 1},
      "resume": {"type": "boolean"},
      "lease": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "on_loss": {"type": "string", "enum": ["stay", "leave"]},
          "ttl_ms": {"type": "integer", "minimum": 1, "maximum": 3600000}
        }
      }
    }
  })json"));
  return compiled;
}

Error fault(const std::string& what) {
  return {WYV_INVALID, "worker.settings", "the section `worker` is not usable: " + what, "", false};
}

}  // namespace

Result<Settings> parse_settings(const Json& section) {
  std::string faults;
  for (const auto& found : schema().check(section)) {
    if (!faults.empty()) faults += "; ";
    faults += "worker" + found.pointer + ": " + found.message;
    if (!found.suggestion.empty()) faults += " (" + found.suggestion + ")";
  }
  if (!faults.empty()) return fault(faults);

  Settings settings;
  settings.channel = section.at("channel");
  settings.channel_id = settings.channel.at("channel_id").get<std::string>();
  if (section.value("channel_id", settings.channel_id) != settings.channel_id) {
    return fault("worker/channel_id names another channel than worker/channel/channel_id");
  }
  settings.epoch = section.at("epoch").get<std::int64_t>();
  settings.spool_dir = section.at("spool_dir").get<std::string>();
  settings.engine = section.value("engine", settings.engine);
  settings.resume = section.value("resume", settings.resume);
  settings.spool_limit_bytes = section.value("spool_limit_bytes", settings.spool_limit_bytes);
  const Json lease = section.value("lease", Json::object());
  if (lease.value("on_loss", "stay") == "leave") settings.on_loss = Settings::OnLoss::leave;
  if (lease.contains("ttl_ms")) settings.first_lease = std::chrono::milliseconds(lease["ttl_ms"].get<std::int64_t>());
  return settings;
}

}  // namespace wyvern::worker
