#include "playout/schemas.hpp"

namespace wyvern::playout::schemas {

using Json = nlohmann::json;

namespace {
Json text() { return {{"type", "string"}}; }
Json integer() { return {{"type", "integer"}}; }
Json number() { return {{"type", "number"}}; }
Json time() { return {{"type", "string"}, {"format", "date-time"}}; }
Json object(Json properties) { return {{"type", "object"}, {"properties", std::move(properties)}}; }
}  // namespace

Json uuid() { return {{"type", "string"}, {"format", "uuid"}}; }

Json nullable(Json schema) {
  schema["type"] = {schema["type"], "null"};
  return schema;
}

Json list_of(Json schema) { return {{"type", "array"}, {"items", std::move(schema)}}; }

Json with_id(Json further_properties, Json further_required) {
  further_properties["id"] = uuid();
  further_required.push_back("id");
  return {{"properties", std::move(further_properties)}, {"required", std::move(further_required)}};
}

Json channel() {
  return object({{"id", uuid()},
                 {"name", text()},
                 {"node_id", nullable(text())},
                 {"output_type", text()},
                 {"output_config", {{"type", "object"}}},
                 {"video_format", text()},
                 {"status", {{"type", "string"}, {"enum", {"stopped", "starting", "running", "stopping", "error"}}}},
                 {"container_id", nullable(text())},
                 {"error_message", nullable(text())},
                 {"project_id", nullable(text())},
                 {"restart_count", integer()},
                 {"last_restart_at", nullable(time())},
                 {"last_heartbeat_at", nullable(time())},
                 {"created_at", time()},
                 {"updated_at", time()}});
}

Json playlist() {
  return object({{"id", uuid()},
                 {"channel_id", uuid()},
                 {"name", text()},
                 {"loop", {{"type", "boolean"}}},
                 {"created_at", time()},
                 {"updated_at", time()}});
}

Json item() {
  return object({{"id", uuid()},
                 {"playlist_id", uuid()},
                 {"asset_id", uuid()},
                 {"sort_order", integer()},
                 {"in_point", nullable(number())},
                 {"out_point", nullable(number())},
                 {"transition", text()},
                 {"transition_ms", integer()},
                 {"media_status", {{"type", "string"}, {"enum", {"pending", "staging", "ready", "error"}}}},
                 {"media_path", nullable(text())},
                 {"error_message", nullable(text())},
                 {"clip_name", text()},
                 {"asset_duration_ms", nullable(integer())},
                 {"created_at", time()},
                 {"updated_at", time()}});
}

Json as_run() {
  return object(
      {{"id", uuid()},
       {"channel_id", uuid()},
       {"item_id", nullable(text())},
       {"asset_id", nullable(text())},
       {"playlist_id", nullable(text())},
       {"load_id", nullable(text())},
       {"clip_name", nullable(text())},
       {"loop_count", nullable(integer())},
       {"transition", nullable(text())},
       {"planned_at", nullable(time())},
       {"started_at", time()},
       {"ended_at", nullable(time())},
       {"start_frame", nullable(integer())},
       {"end_frame", nullable(integer())},
       {"offset_frames", integer()},
       {"planned_duration_frames", nullable(integer())},
       {"frames_sent", nullable(integer())},
       {"repeated_frames", nullable(integer())},
       {"deviation_ms", nullable(number())},
       {"result",
        {{"type", "string"},
         {"description",
          "on_air, played, skipped, stopped, failed, replaced, lost, loss: not on air, or unknown: the record "
          "of this span was lost"}}},
       {"reason", nullable(text())}});
}

Json deleted() { return object({{"deleted", {{"type", "boolean"}, {"const", true}}}}); }

}  // namespace wyvern::playout::schemas
