#include "worker/operations.hpp"

#include <utility>

#include "operations/group.hpp"
#include "worker/worker.hpp"

namespace wyvern::worker {
namespace {

using operations::Call;
using operations::Operation;
using operations::Permission;
using operations::Reply;
using Group = operations::Group<Worker>;

constexpr std::size_t list_limit_bytes = 8 * 1024 * 1024;

Json epoch_schema() {
  return {{"type", "integer"},
          {"minimum", 1},
          {"description", "The grant that the caller acts under; one that is lower than the worker's is refused"}};
}

Json playlist_properties() {
  return Json::parse(R"json({
    "playlist_id": {"type": "string", "maxLength": 200},
    "loop": {"type": "boolean"},
    "load_id": {"type": "string", "minLength": 1, "maxLength": 200},
    "start": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "index": {"type": "integer", "minimum": 0},
        "offset_ms": {"type": "integer", "minimum": 0}
      }
    },
    "items": {
      "type": "array", "maxItems": 10000,
      "items": {
        "type": "object",
        "required": ["id", "media_path"],
        "additionalProperties": false,
        "properties": {
          "id": {"type": "string", "minLength": 1, "maxLength": 200},
          "asset_id": {"type": ["string", "null"], "maxLength": 200},
          "clip_name": {"type": ["string", "null"], "maxLength": 1000},
          "media_path": {"type": "string", "minLength": 1, "maxLength": 4096},
          "in_point": {"type": ["number", "null"], "minimum": 0},
          "out_point": {"type": ["number", "null"], "minimum": 0},
          "transition": {"type": ["string", "null"], "maxLength": 50},
          "transition_ms": {"type": ["integer", "null"], "minimum": 0, "maximum": 60000},
          "duration_ms": {"type": ["number", "null"], "minimum": 0}
        }
      }
    }
  })json");
}

Command command_of(const Call& call) { return {call.input.value("epoch", std::int64_t{0})}; }

Operation base(std::string name, std::string summary, std::string method, std::string path) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .method = std::move(method),
          .path = std::move(path),
          .permission = Permission::administrator,
          .response = {{"type", "object"}}};
}

// A command without further input.
void add_command(Group& group, std::string name, std::string summary, std::string path,
                 Json (Worker::*run)(const Command&), bool idempotent) {
  auto operation = base(std::move(name), std::move(summary), "POST", std::move(path));
  operation.request = {{"properties", {{"epoch", epoch_schema()}}}};
  operation.idempotent = idempotent;
  operation.blocking = true;
  group.add(std::move(operation),
            [run](Worker& worker, const Call& call) { return Reply((worker.*run)(command_of(call))); });
}

void add_list_command(Group& group, std::string name, std::string summary, std::string path,
                      Json (Worker::*run)(Json, const Command&)) {
  auto operation = base(std::move(name), std::move(summary), "POST", std::move(path));
  Json properties = playlist_properties();
  properties["epoch"] = epoch_schema();
  operation.request = {{"required", {"items"}}, {"properties", std::move(properties)}};
  operation.blocking = true;
  operation.body_limit_bytes = list_limit_bytes;
  group.add(std::move(operation), [run](Worker& worker, const Call& call) {
    Json playlist = call.input;
    playlist.erase("epoch");
    return Reply((worker.*run)(std::move(playlist), command_of(call)));
  });
}

void add_status(Group& group) {
  auto operation = base("worker.status", "What the engine and the worker are doing", "GET", "/status");
  operation.idempotent = true;
  operation.blocking = true;  // the engine answers
  group.add(std::move(operation), [](Worker& worker, const Call&) { return Reply(worker.status()); });
}

void add_lease(Group& group) {
  auto operation = base("worker.lease", "Renews the lease under which this worker owns its channel", "PUT", "/lease");
  operation.request = Json::parse(R"json({
    "required": ["epoch", "ttl_ms"],
    "properties": {
      "epoch": {"type": "integer", "minimum": 1},
      "ttl_ms": {"type": "integer", "minimum": 1, "maximum": 3600000},
      "sent_ago_ms": {"type": "integer", "minimum": 0, "maximum": 3600000,
                      "description": "For how long the renewal was under way before this request was written"},
      "clock": {"type": "string", "maxLength": 200,
                "description": "The newest lease.clock that came from this worker, as it came"},
      "clock_age_ms": {"type": "integer", "minimum": 0, "maximum": 3600000,
                       "description": "For how long the caller had that reading when it sent the renewal"}
    }
  })json");
  operation.idempotent = true;
  operation.blocking = true;  // the first one under on_loss=leave brings the channel on air
  group.add(std::move(operation),
            [](Worker& worker, const Call& call) { return Reply(worker.renew_lease(call.input)); });
}

void add_events(Group& group) {
  auto operation =
      base("worker.events", "Acknowledges events up to `after` and answers with newer ones, or waits for them", "GET",
           "/events");
  operation.request = Json::parse(R"json({
    "properties": {
      "after": {"type": "integer", "minimum": 0, "maximum": 9007199254740991},
      "wait_ms": {"type": "integer", "minimum": 0, "maximum": 60000},
      "limit": {"type": "integer", "minimum": 1, "maximum": 1000}
    }
  })json");
  operation.response = Json::parse(R"json({
    "type": "object",
    "required": ["events", "last"],
    "properties": {
      "events": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["number", "run", "epoch", "type"],
          "properties": {"number": {"type": "integer"}, "run": {"type": "integer"}, "epoch": {"type": "integer"},
                         "type": {"type": "string"}}
        }
      },
      "last": {"type": "integer"}
    }
  })json");
  operation.idempotent = true;
  group.add_stream(std::move(operation), [](Worker& worker, Call& call, std::shared_ptr<operations::Answer> answer) {
    worker.events(call.input.value("after", std::uint64_t{0}), call.input.value("limit", std::size_t{500}),
                  std::chrono::milliseconds(call.input.value("wait_ms", std::int64_t{0})), std::move(answer),
                  call.cancelled);
  });
}

void add_healthz(Group& group) {
  auto operation = base("worker.healthz", "Whether the worker and its engine still answer", "GET", "/healthz");
  operation.permission = Permission::anyone;
  operation.idempotent = true;
  group.add(std::move(operation), [](Worker& worker, const Call&) {
    Json health = worker.health();
    const int status = health.at("ok").get<bool>() ? 200 : 503;
    return Reply(status, std::move(health));
  });
}

}  // namespace

void add_operations(operations::Table& table, Worker& worker) {
  Group group(table, "worker", worker);
  add_status(group);
  add_command(group, "worker.channel.start", "Goes on air", "/channel/start", &Worker::start_channel, false);
  add_command(group, "worker.channel.stop", "Leaves the air and forgets the list", "/channel/stop",
              &Worker::stop_channel, true);
  add_list_command(group, "worker.playlist.load", "Plays a list from its start", "/playlist/load", &Worker::load);
  add_list_command(group, "worker.playlist.update", "Replaces the list around the item that is on air",
                   "/playlist/update", &Worker::update);
  add_command(group, "worker.transport.pause", "Holds the picture", "/transport/pause", &Worker::pause, true);
  add_command(group, "worker.transport.resume", "Goes on from the held picture", "/transport/resume", &Worker::resume,
              true);
  add_command(group, "worker.transport.skip", "Cuts to the next item", "/transport/skip", &Worker::skip, false);
  add_command(group, "worker.transport.stop", "Stops the list; the channel stays on air", "/transport/stop-playback",
              &Worker::stop_playback, false);
  add_lease(group);
  add_events(group);
  add_healthz(group);
}

}  // namespace wyvern::worker
