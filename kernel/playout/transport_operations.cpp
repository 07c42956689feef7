// Transport: play, pause, resume, skip, stop-playback; carried to the worker, whose answer is handed back.
#include "operations/group.hpp"
#include "playout/playout.hpp"
#include "playout/rundown.hpp"
#include "playout/schemas.hpp"
#include "playout/worker_launch.hpp"

namespace wyvern::playout {
namespace {

using operations::Call;
using operations::Permission;
using operations::Refusal;
using operations::Reply;
using store::Session;

constexpr std::chrono::milliseconds worker_timeout{20000};

Channel running_channel(const Playout& playout, const Call& call, const std::string& otherwise) {
  auto channel =
      playout.dependencies.store.read([&](Session& session) { return get_channel(session, call.text("id")); });
  if (channel.status != "running") throw Refusal(409, "playout.not_running", otherwise);
  return channel;
}

// The worker's answer, or 502; a refusal that the caller can do something about keeps its status.
Json carried(const Playout& playout, const Channel& channel, std::string_view path, const Json& body) {
  auto answer = call_worker(worker_address(playout.dependencies, channel), "POST", path, &body, worker_timeout);
  if (answer) return std::move(*answer);
  const auto& error = answer.error();
  throw Refusal(error.status == WYV_CONFLICT ? 409 : 502, error.code, error.message);
}

Reply play(Playout& playout, const Call& call) {
  const auto channel = running_channel(playout, call, "Start the channel before playing");
  const std::string& playlist_id = call.text("playlist_id");
  const auto rundown = playout.dependencies.store.read([&](Session& session) {
    const auto loop =
        session.first("SELECT loop FROM playout_playlists WHERE id = $1 AND channel_id = $2", {playlist_id, channel.id},
                      [](const store::Row& row) { return row.boolean("loop"); });
    if (!loop) throw Refusal(404, "playout.playlist_not_found", "Playlist not found for this channel");
    return make_rundown(session, playlist_id, *loop, store::new_uuid());
  });
  if (!rundown.pending.empty()) {
    // The contract's shape: `pending` stands beside `error`.
    return {409,
            {{"error", "Some items are not staged yet"}, {"code", "playout.not_staged"}, {"pending", rundown.pending}}};
  }
  if (rundown.json.at("items").empty()) throw Refusal(409, "playout.playlist_empty", "The playlist has no items");
  Json answer = carried(playout, channel, "/playlist/load", rundown.json);
  playout.dependencies.store.write([&](Session& session) {
    session.run("UPDATE playout_channels SET loaded_playlist_id = $1 WHERE id = $2 AND epoch = $3",
                {playlist_id, channel.id, channel.epoch});
  });
  return answer;
}

}  // namespace

void add_transport_operations(operations::Table& table, Playout& playout) {
  operations::Group<Playout> group(table, "playout", playout);
  const auto add = [&](const std::string& name, const std::string& summary, Json request,
                       operations::Group<Playout>::Handle handle) {
    group.add({.name = "playout.channels." + name,
               .summary = summary,
               .method = "POST",
               .path = "/playout/channels/{id}/" + name,
               .permission = Permission::edit,
               .project = [&playout](const Call& call) { return project_of_channel(playout, call.text("id")); },
               .request = std::move(request),
               .response = {{"type", "object"}},
               .blocking = true},
              std::move(handle));
  };
  const auto transport = [&](const std::string& name, const std::string& summary) {
    add(name, summary, schemas::with_id(), [path = "/transport/" + name](const Playout& room, const Call& call) {
      return carried(room, running_channel(room, call, "Channel is not running"), path, Json::object());
    });
  };
  add("play", "Plays a playlist of the channel from its top",
      schemas::with_id({{"playlist_id", schemas::uuid()}}, {"playlist_id"}), &play);
  transport("pause", "Holds the picture, with silence");
  transport("resume", "Goes on from where it was paused");
  transport("skip", "Cuts to the next item");
  transport("stop-playback", "Ends the playlist; the channel stays on air with its slate");
}

}  // namespace wyvern::playout
