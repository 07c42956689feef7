#include "playout/playout.hpp"

namespace wyvern::playout {

Settings Settings::from(const Json& section) {
  Settings settings;
  const auto ms = [&](const char* name, std::chrono::milliseconds otherwise) {
    return std::chrono::milliseconds(section.value(name, static_cast<std::int64_t>(otherwise.count())));
  };
  settings.worker_start_timeout = ms("worker_start_timeout_ms", settings.worker_start_timeout);
  settings.worker_silence = ms("worker_silence_ms", settings.worker_silence);
  settings.stop_grace = ms("stop_grace_ms", settings.stop_grace);
  const Json ports = section.value("worker_ports", Json::object());
  settings.first_worker_port = ports.value("first", settings.first_worker_port);
  settings.last_worker_port = ports.value("last", settings.last_worker_port);
  settings.preview = section.value("preview", settings.preview);
  settings.filler = section.value("filler", settings.filler);
  return settings;
}

Playout::Playout(Dependencies given)
    : dependencies(std::move(given)), tickets_(dependencies.secret), reconciler_(dependencies) {}

void Playout::add_operations(operations::Table& table) {
  add_channel_operations(table, *this);
  add_transport_operations(table, *this);
  add_playlist_operations(table, *this);
  add_item_operations(table, *this);
  add_preview_operations(table, *this);
}

void Playout::media_changed(std::string_view asset_id) {
  const auto channels = dependencies.store.read([&](store::Session& session) {
    return session.all(
        "SELECT DISTINCT c.id FROM playout_channels c JOIN playout_items i ON i.playlist_id = c.loaded_playlist_id "
        "WHERE i.asset_id = $1",
        {asset_id}, [](const store::Row& row) { return row.text("id"); });
  });
  for (const auto& id : channels) reconciler_.list_changed(id);
}

operations::ProjectId project_of_channel(const Playout& playout, const std::string& channel_id) {
  return playout.dependencies.store.read(
      [&](store::Session& session) { return get_channel(session, channel_id).project_id; });
}

}  // namespace wyvern::playout
