// Channels: list, create, read, change, delete, start, stop, status, as-run.
#include <charconv>

#include "config/schema.hpp"
#include "operations/group.hpp"
#include "operations/kept_answers.hpp"
#include "operations/page.hpp"
#include "operations/versions.hpp"
#include "playout/as_run.hpp"
#include "playout/claims.hpp"
#include "playout/json_fields.hpp"
#include "playout/playout.hpp"
#include "playout/schemas.hpp"
#include "playout/secrets.hpp"
#include "playout/video_format.hpp"
#include "playout/worker_launch.hpp"
#include "wyvern/call.hpp"

namespace wyvern::playout {
namespace {

using operations::Call;
using operations::Permission;
using operations::ProjectId;
using operations::Refusal;
using operations::Reply;
using store::Session;
using store::Timestamp;

constexpr std::chrono::milliseconds worker_timeout{3000};

Json channel_fields() {
  return {{"name", {{"type", "string"}, {"minLength", 1}, {"maxLength", 200}}},
          {"node_id", {{"type", {"string", "null"}}, {"maxLength", 200}}},
          {"output_type", {{"type", "string"}}},
          {"output_config", {{"type", "object"}, {"description", "As the output plugin's schema says"}}},
          {"video_format", {{"type", "string"}, {"description", known_video_formats()}}},
          {"project_id", schemas::nullable(schemas::uuid())}};
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string known_outputs(const Dependencies& dependencies) {
  std::string names;
  for (const auto& [name, output] : dependencies.outputs) names += (names.empty() ? "" : ", ") + name;
  return names;
}

// What the output and the format say of the configuration; throws Refusal 400.
void check_configuration(const Dependencies& dependencies, const std::string& output_type, const Json& output_config,
                         const std::string& format) {
  const auto output = dependencies.outputs.find(output_type);
  if (output == dependencies.outputs.end()) {
    throw Refusal(400, "playout.output_unknown", "output_type must be one of: " + known_outputs(dependencies));
  }
  if (!video_format(format)) {
    throw Refusal(400, "playout.video_format",
                  "video_format '" + format + "' is not known; use " + known_video_formats());
  }
  const auto faults = config::Schema(output->second.schema).check(output_config);
  if (!faults.empty()) {
    Json detail = Json::array();
    for (const auto& fault : faults) {
      detail.push_back({{"path", "/output_config" + fault.pointer}, {"code", fault.code}, {"message", fault.message}});
      if (!fault.suggestion.empty()) detail.back()["did_you_mean"] = fault.suggestion;
    }
    throw Refusal(400, "playout.output_config",
                  "/output_config" + faults.front().pointer + ": " + faults.front().message, {{"faults", detail}});
  }
  const std::string text = output_config.dump();
  wyvern::Call call(worker_timeout);
  const auto checked = call.result(output->second.table->check(output->second.instance, view(text), call.context()));
  if (!checked) throw Refusal(400, checked.error().code, checked.error().message);
}

void check_node(const Dependencies& dependencies, const ProjectId& node_id) {
  if (node_id && *node_id != dependencies.node) {
    throw Refusal(404, "cluster.node_not_found",
                  "there is no node '" + *node_id + "'; this one is '" + dependencies.node + "'");
  }
}

void check_project(Session& session, const ProjectId& project) {
  if (!project) return;
  const bool known =
      session.first("SELECT id FROM projects WHERE id = $1", {*project}, [](const store::Row&) { return 1; })
          .has_value();
  if (!known) throw Refusal(404, "access.project_not_found", "Project not found");
}

// What a caller sent, as it may be shown again.
Json without_secrets_of(const Dependencies& dependencies, const std::string& output_type, Json sent) {
  const auto output = dependencies.outputs.find(sent.value("output_type", output_type));
  if (!sent.contains("output_config")) return sent;
  if (output == dependencies.outputs.end())
    sent.erase("output_config");
  else
    sent["output_config"] = without_secrets(output->second.schema, std::move(sent["output_config"]));
  return sent;
}

void require_version(Session& session, const Dependencies& dependencies, const Call& call, const Channel& channel) {
  operations::require_match(
      call, [&] { return channel_with_etag(session, dependencies, channel.id); },
      [&](Json yours) { return without_secrets_of(dependencies, channel.output_type, std::move(yours)); });
}

bool editable(const Channel& channel) { return channel.status == "stopped" || channel.status == "error"; }

// " WHERE …": the channels that the caller may view.
std::string viewed_by(const Call& call, std::vector<store::Parameter>& parameters) {
  if (call.caller.administrator) return " WHERE 1 = 1";
  std::string any = "1 = 0";
  if (call.caller.projects != nullptr) {
    for (const auto& [project, permission] : *call.caller.projects) {
      if (!call.may(Permission::view, project)) continue;
      parameters.emplace_back(project);
      any += " OR project_id = $" + std::to_string(parameters.size());
    }
  }
  return " WHERE (" + any + ")";
}

Reply list_channels(Playout& playout, const Call& call) {
  const operations::Page page(call);
  auto shown = channels_text(playout.dependencies);
  playout.dependencies.store.read([&](Session& session) {
    std::vector<store::Parameter> parameters;
    const auto where = viewed_by(call, parameters);
    const auto tail = page.tail(session, {"playout_channels", {"created_at", "id"}, true}, parameters);
    session.execute("SELECT " + std::string(channel_columns) + " FROM playout_channels" + where + tail,
                    parameters.data(), parameters.size(), [&](const store::Row& row) { shown.add(row); });
  });
  return Reply::of_text(shown.take());
}

Reply create_channel(Playout& playout, const Call& call) {
  const auto& dependencies = playout.dependencies;
  const std::string name = trimmed(call.text("name"));
  if (name.empty()) throw Refusal(400, "field.required", "name is required");
  const auto project = text_of(call.input, "project_id");
  const auto node = text_of(call.input, "node_id");
  const std::string output_type = call.input.value("output_type", "srt");
  const Json output_config = call.input.value("output_config", Json::object());
  const std::string format = call.input.value("video_format", "1080p5994");
  call.require(Permission::edit, project);
  check_node(dependencies, node);
  check_configuration(dependencies, output_type, output_config, format);
  const std::string id = store::new_uuid();
  return dependencies.store.write([&](Session& session) {
    check_project(session, project);
    session.run(
        "INSERT INTO playout_channels (id, name, node_id, output_type, output_config, video_format, project_id, "
        "desired, status, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'stopped', 'stopped', $8, "
        "$8)",
        {id, name, node, output_type, output_config, format, project, Timestamp::now()});
    announce_channel(session, dependencies, get_channel(session, id));
    return operations::keep_answer(session, operations::tagged(201, channel_with_etag(session, dependencies, id)));
  });
}

Reply change_channel(Playout& playout, const Call& call) {
  const auto& dependencies = playout.dependencies;
  const std::string& id = call.text("id");
  return dependencies.store.write([&](Session& session) {
    const auto channel = get_channel(session, id);
    require_version(session, dependencies, call, channel);
    if (call.input.size() == 1)
      return operations::keep_answer(session, operations::tagged(channel_with_etag(session, dependencies, id)));
    if (!editable(channel)) {
      throw Refusal(409, "playout.channel_busy", "Cannot edit a channel that is " + channel.status + "; stop it first");
    }
    const std::string name = trimmed(call.input.value("name", channel.name));
    if (name.empty()) throw Refusal(400, "field.required", "name is required");
    const std::string output_type = call.input.value("output_type", channel.output_type);
    const auto output = dependencies.outputs.find(output_type);
    const Json schema = output == dependencies.outputs.end() ? Json::object() : output->second.schema;
    const Json output_config =
        with_kept_secrets(schema, call.input.value("output_config", channel.output_config), channel.output_config);
    const std::string format = call.input.value("video_format", channel.video_format);
    const auto project = call.has("project_id") ? text_of(call.input, "project_id") : channel.project_id;
    if (project != channel.project_id) call.require(Permission::edit, project);
    if (call.has("node_id")) check_node(dependencies, text_of(call.input, "node_id"));
    check_project(session, project);
    check_configuration(dependencies, output_type, output_config, format);
    session.run(
        "UPDATE playout_channels SET name = $1, output_type = $2, output_config = $3, video_format = $4, project_id = "
        "$5, desired = 'stopped', version = version + 1, updated_at = $6 WHERE id = $7",
        {name, output_type, output_config, format, project, Timestamp::now(), id});
    if (call.has("node_id")) {
      session.run("UPDATE playout_channels SET node_id = $1 WHERE id = $2", {text_of(call.input, "node_id"), id});
    }
    // One in error may still be wanted, with its claims held; an edit takes it off air for good. A worker that still
    // lives keeps what it holds until the reconciler has ended it.
    if (!channel.container_id) release_claims(session, {"channel", id});
    session.after_commit([&playout, id] { playout.reconciler().wake(id); });
    announce_channel(session, dependencies, get_channel(session, id));
    return operations::keep_answer(session, operations::tagged(channel_with_etag(session, dependencies, id)));
  });
}

Reply delete_channel(Playout& playout, const Call& call) {
  const std::string& id = call.text("id");
  auto deleted = playout.dependencies.store.write([&](Session& session) {
    const auto channel = get_channel(session, id);
    require_version(session, playout.dependencies, call, channel);
    if (!editable(channel)) {
      throw Refusal(409, "playout.channel_busy",
                    "Cannot delete a channel that is " + channel.status + "; stop it first");
    }
    session.run("DELETE FROM playout_channels WHERE id = $1", {id});
    release_claims(session, {"channel", id});
    playout.dependencies.events.append(session, "playout.channel.deleted", id, channel.project_id, {{"id", id}});
    return operations::keep_answer(session, Json{{"deleted", true}});
  });
  playout.reconciler().wake(id);  // whatever may still carry its label is removed
  return deleted;
}

// A start that ends before it began: the output cannot say what it would occupy.
void end_in_error(Session& session, const Dependencies& dependencies, const Channel& channel, const Error& error) {
  session.run(
      "UPDATE playout_channels SET desired = 'stopped', status = 'error', error_message = $1, updated_at = $2 WHERE id "
      "= $3",
      {error.message, Timestamp::now(), channel.id});
  if (!channel.container_id) release_claims(session, {"channel", channel.id});  // of an earlier start
  announce_channel(session, dependencies, channel);
}

Reply start_channel(Playout& playout, const Call& call) {
  const auto& dependencies = playout.dependencies;
  const std::string& id = call.text("id");
  std::optional<Error> unclaimed;
  const std::int64_t epoch = dependencies.store.write([&](Session& session) {
    const auto channel = get_channel(session, id);
    if (channel.status != "stopped" && channel.status != "error") {
      throw Refusal(409, "playout.channel_busy", "Channel already " + channel.status);
    }
    const auto claims = output_claims(dependencies, channel);
    unclaimed.reset();
    if (!claims) {
      unclaimed = claims.error();
      end_in_error(session, dependencies, channel, *unclaimed);
      return channel.epoch;
    }
    take_claims(session, dependencies.node, *claims, {"channel", id});
    session.run(
        "UPDATE playout_channels SET desired = 'running', status = 'starting', epoch = epoch + 1, error_message = "
        "NULL, "
        "container_id = NULL, worker_port = NULL, updated_at = $1 WHERE id = $2",
        {Timestamp::now(), id});
    const auto granted = get_channel(session, id);
    announce_channel(session, dependencies, granted);
    return granted.epoch;
  });
  playout.reconciler().wake(id);
  if (unclaimed) throw Refusal(500, unclaimed->code, unclaimed->message);
  const auto settled = playout.reconciler().wait_until_settled(
      id, dependencies.settings.worker_start_timeout + std::chrono::seconds(10));
  auto json = dependencies.store.read([&](Session& session) { return channel_json(session, dependencies, id); });
  if (settled.status == "running") return json;
  if (settled.epoch == epoch && settled.status == "error") {
    throw Refusal(
        500, "playout.start_failed",
        json["error_message"].is_string() ? json["error_message"].get<std::string>() : "the channel did not start",
        {{"channel", json}});
  }
  throw Refusal(409, "playout.start_overtaken", "the start was overtaken; the channel is " + settled.status,
                {{"channel", json}});
}

Reply stop_channel(Playout& playout, const Call& call) {
  const auto& dependencies = playout.dependencies;
  const std::string& id = call.text("id");
  const bool needed = dependencies.store.write([&](Session& session) {
    const auto channel = get_channel(session, id);
    if (channel.status == "stopped" && channel.desired == "stopped") return false;
    session.run("UPDATE playout_channels SET desired = 'stopped', status = 'stopping', updated_at = $1 WHERE id = $2",
                {Timestamp::now(), id});
    announce_channel(session, dependencies, channel);
    return true;
  });
  if (needed) {
    playout.reconciler().wake(id);
    const auto settled =
        playout.reconciler().wait_until_settled(id, dependencies.settings.stop_grace + std::chrono::seconds(20));
    if (settled.status == "stopping") {
      throw Refusal(500, "playout.stop_pending",
                    "the worker of channel '" + settled.name + "' has not ended yet; it is still being stopped");
    }
  }
  return dependencies.store.read([&](Session& session) { return channel_json(session, dependencies, id); });
}

Reply channel_status(Playout& playout, const Call& call) {
  const auto channel =
      playout.dependencies.store.read([&](Session& session) { return get_channel(session, call.text("id")); });
  if (channel.status != "running") return Json{{"running", false}, {"status", channel.status}};
  const auto engine =
      call_worker(worker_address(playout.dependencies, channel), "GET", "/status", nullptr, worker_timeout);
  if (engine) return Json{{"running", true}, {"status", channel.status}, {"engine", *engine}};
  return Json{
      {"running", true}, {"status", channel.status}, {"engine", nullptr}, {"engine_error", engine.error().message}};
}

Reply as_run(Playout& playout, const Call& call) {
  constexpr std::int64_t most = 500;
  const auto before = text_of(call.input, "before");
  return playout.dependencies.store.read([&](Session& session) {
    if (before && !session.first("SELECT id FROM playout_as_run WHERE id = $1 AND channel_id = $2",
                                 {*before, call.text("id")}, [](const store::Row&) { return true; })) {
      throw Refusal(404, "playout.as_run_not_found",
                    "there is no as-run row '" + *before + "' of this channel to page from");
    }
    return as_run_rows(session, call.text("id"), before, call.input.value("limit", most));
  });
}

}  // namespace

void add_channel_operations(operations::Table& table, Playout& playout) {
  const auto of_channel = [&playout](const Call& call) { return project_of_channel(playout, call.text("id")); };
  operations::Group<Playout> group(table, "playout", playout);
  const Json page = operations::Page::properties();

  group.add({.name = "playout.channels.list",
             .summary = "The channels that the caller may view, newest first",
             .method = "GET",
             .path = "/playout/channels",
             .permission = Permission::signed_in,
             .request = {{"properties", page}},
             .response = schemas::list_of(schemas::channel()),
             .idempotent = true},
            &list_channels);
  group.add({.name = "playout.channels.create",
             .summary = "Creates a channel; it is stopped",
             .method = "POST",
             .path = "/playout/channels",
             .permission = Permission::edit,
             .project = [](const Call& call) { return text_of(call.input, "project_id"); },
             .request = {{"properties", channel_fields()}, {"required", {"name"}}},
             .response = schemas::channel(),
             .success = 201},
            &create_channel);
  group.add({.name = "playout.channels.get",
             .summary = "One channel",
             .method = "GET",
             .path = "/playout/channels/{id}",
             .permission = Permission::view,
             .project = of_channel,
             .request = schemas::with_id(),
             .response = schemas::channel(),
             .idempotent = true},
            [](Playout& room, const Call& call) -> Reply {
              return operations::tagged(room.dependencies.store.read(
                  [&](Session& session) { return channel_with_etag(session, room.dependencies, call.text("id")); }));
            });
  group.add({.name = "playout.channels.update",
             .summary = "Changes a channel that is stopped or in error",
             .method = "PATCH",
             .path = "/playout/channels/{id}",
             .permission = Permission::edit,
             .project = of_channel,
             .request = schemas::with_id(channel_fields()),
             .response = schemas::channel(),
             .idempotent = true,
             .conditional = true},
            &change_channel);
  group.add({.name = "playout.channels.delete",
             .summary = "Deletes a channel that is stopped or in error",
             .method = "DELETE",
             .path = "/playout/channels/{id}",
             .permission = Permission::edit,
             .project = of_channel,
             .request = schemas::with_id(),
             .response = schemas::deleted(),
             .conditional = true},
            &delete_channel);
  group.add({.name = "playout.channels.start",
             .summary = "Puts a channel on air and waits until it is",
             .method = "POST",
             .path = "/playout/channels/{id}/start",
             .permission = Permission::edit,
             .project = of_channel,
             .request = schemas::with_id(),
             .response = schemas::channel(),
             .blocking = true},
            &start_channel);
  group.add({.name = "playout.channels.stop",
             .summary = "Takes a channel off air and waits until it is",
             .method = "POST",
             .path = "/playout/channels/{id}/stop",
             .permission = Permission::edit,
             .project = of_channel,
             .request = schemas::with_id(),
             .response = schemas::channel(),
             .idempotent = true,
             .blocking = true},
            &stop_channel);
  group.add({.name = "playout.channels.status",
             .summary = "What the channel's engine says now",
             .method = "GET",
             .path = "/playout/channels/{id}/status",
             .permission = Permission::view,
             .project = of_channel,
             .request = schemas::with_id(),
             .response = {{"type", "object"}},
             .idempotent = true,
             .blocking = true},
            &channel_status);
  group.add({.name = "playout.channels.asrun",
             .summary = "What was on air, from frames observed, newest first",
             .method = "GET",
             .path = "/playout/channels/{id}/asrun",
             .permission = Permission::view,
             .project = of_channel,
             .request = schemas::with_id(
                 {{"before", {{"type", "string"}, {"format", "uuid"}, {"description", "Rows older than this one"}}},
                  {"limit", {{"type", "integer"}, {"minimum", 1}, {"maximum", 500}}}}),
             .response = schemas::list_of(schemas::as_run()),
             .idempotent = true},
            &as_run);
}

}  // namespace wyvern::playout
