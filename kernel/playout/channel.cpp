#include "playout/channel.hpp"

#include <algorithm>

#include "operations/operation.hpp"
#include "operations/versions.hpp"
#include "playout/secrets.hpp"

namespace wyvern::playout {

const std::string_view channel_columns =
    "id, name, node_id, output_type, output_config, video_format, status, container_id, error_message, project_id, "
    "restart_count, last_restart_at, last_heartbeat_at, created_at, updated_at, version";

std::optional<Channel> find_channel(store::Session& session, std::string_view id) {
  return session.first(
      "SELECT id, name, output_type, output_config, video_format, project_id, desired, status, error_message, epoch, "
      "container_id, worker_port, loaded_playlist_id, events_taken FROM playout_channels WHERE id = $1",
      {id}, [](const store::Row& row) {
        return Channel{row.text("id"),
                       row.text("name"),
                       row.text("output_type"),
                       row.json("output_config"),
                       row.text("video_format"),
                       row.optional_text("project_id"),
                       row.text("desired"),
                       row.text("status"),
                       row.optional_text("error_message"),
                       row.integer("epoch"),
                       row.optional_text("container_id"),
                       row.optional_integer("worker_port"),
                       row.optional_text("loaded_playlist_id"),
                       row.integer("events_taken")};
      });
}

namespace {
operations::Refusal not_found() { return {404, "playout.channel_not_found", "Channel not found"}; }
}  // namespace

Channel get_channel(store::Session& session, std::string_view id) {
  auto channel = find_channel(session, id);
  if (!channel) throw not_found();
  return std::move(*channel);
}

namespace {

// With the row's version.
Json whole_channel_json(const Dependencies& dependencies, const store::Row& row) {
  Json json = row.object();
  const auto output = dependencies.outputs.find(json["output_type"].get<std::string>());
  // What no plugin's schema describes any more may hold anything, so none of it is shown.
  json["output_config"] = output == dependencies.outputs.end()
                              ? Json::object()
                              : without_secrets(output->second.schema, std::move(json["output_config"]));
  return json;
}

Json whole_channel_json(store::Session& session, const Dependencies& dependencies, std::string_view id) {
  auto json = session.first("SELECT " + std::string(channel_columns) + " FROM playout_channels WHERE id = $1", {id},
                            [&](const store::Row& row) { return whole_channel_json(dependencies, row); });
  if (!json) throw not_found();
  return std::move(*json);
}

}  // namespace

store::RowsText channels_text(const Dependencies& dependencies) {
  using Shown = store::RowsText::Shown;
  return store::RowsText([&dependencies](const store::Row& row, std::uint32_t place, std::string& out) {
    if (row.name(place) == "version") return Shown::not_at_all;
    if (row.name(place) != "output_config") return Shown::as_it_is;
    const auto output = dependencies.outputs.find(row.text("output_type"));
    const auto config = text(row.value(place).as.text);
    if (output == dependencies.outputs.end()) {
      out += "{}";
    } else if (std::ranges::none_of(output->second.secret_names,
                                    [&](const auto& name) { return config.find(name) != config.npos; })) {
      return Shown::as_it_is;  // as nearly all
    } else {
      out += without_secrets(output->second.schema, Json::parse(config)).dump();
    }
    return Shown::instead;
  });
}

Json channel_json(store::Session& session, const Dependencies& dependencies, std::string_view id) {
  return operations::without_version(whole_channel_json(session, dependencies, id));
}

Json channel_with_etag(store::Session& session, const Dependencies& dependencies, std::string_view id) {
  return operations::with_etag(whole_channel_json(session, dependencies, id));
}

void announce_channel(store::Session& session, const Dependencies& dependencies, const Channel& channel) {
  dependencies.events.append(session, "playout.channel.changed", channel.id, channel.project_id,
                             channel_json(session, dependencies, channel.id));
}

}  // namespace wyvern::playout
