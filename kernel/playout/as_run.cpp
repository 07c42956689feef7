#include "playout/as_run.hpp"

#include <algorithm>

#include "playout/json_fields.hpp"

namespace wyvern::playout {
namespace {

std::optional<store::Timestamp> time_of(const Json& event, const char* name) {
  const auto us = integer_of(event, name);
  if (!us) return std::nullopt;
  return store::Timestamp{*us};
}

// What a row says that is not the event's own identification.
struct Row {
  store::Timestamp started;
  std::optional<store::Timestamp> ended;
  std::optional<std::int64_t> start_frame;
  std::optional<std::int64_t> end_frame;
  std::string result;
};

store::Timestamp time_or_now(const Json& event) { return time_of(event, "at_us").value_or(store::Timestamp::now()); }

void insert(store::Session& session, const Channel& channel, std::int64_t number, const Json& event, const Row& row) {
  const auto planned = time_of(event, "planned_us");
  std::optional<double> deviation_ms;
  if (planned) deviation_ms = static_cast<double>(row.started.us - planned->us) / 1000.0;
  session.run(
      "INSERT INTO playout_as_run (id, channel_id, start_number, item_id, asset_id, playlist_id, load_id, clip_name, "
      "loop_count, transition, planned_at, started_at, ended_at, start_frame, end_frame, offset_frames, "
      "planned_duration_frames, frames_sent, repeated_frames, deviation_ms, result, reason) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) "
      "ON CONFLICT (channel_id, start_number) DO NOTHING",
      {store::new_uuid(),
       channel.id,
       number,
       text_of(event, "item_id"),
       text_of(event, "asset_id"),
       text_of(event, "playlist_id"),
       text_of(event, "load_id"),
       text_of(event, "clip_name"),
       integer_of(event, "loop_count"),
       text_of(event, "transition"),
       planned,
       row.started,
       row.ended,
       row.start_frame,
       row.end_frame,
       integer_of(event, "offset_frames").value_or(0),
       integer_of(event, "planned_duration_frames"),
       integer_of(event, "frames_sent"),
       integer_of(event, "repeated_frames"),
       deviation_ms,
       row.result,
       text_of(event, "reason")});
}

void begin_item(store::Session& session, const Channel& channel, std::int64_t number, const Json& event) {
  insert(session, channel, number, event,
         {time_or_now(event), std::nullopt, integer_of(event, "frame"), std::nullopt, "on_air"});
}

// Ends the row that is open, or that was given up when the channel was stopped without its worker's answer: that one
// has no count of frames. One that began before the log was kept gets a row now, of which the beginning is unknown.
void end_item(store::Session& session, const Channel& channel, std::int64_t number, const Json& event) {
  const std::string result = text_of(event, "result").value_or("played");
  const auto ended = time_or_now(event);
  const auto changed = session.run(
      "UPDATE playout_as_run SET ended_at = $1, end_frame = $2, frames_sent = $3, repeated_frames = $4, result = $5, "
      "reason = $6 WHERE channel_id = $7 AND start_number = (SELECT MAX(start_number) FROM playout_as_run WHERE "
      "channel_id = $7 AND item_id = $8 AND (ended_at IS NULL OR (result = 'lost' AND frames_sent IS NULL)) AND "
      "start_number < $9)",
      {ended, integer_of(event, "frame"), integer_of(event, "frames_sent"), integer_of(event, "repeated_frames"),
       result, text_of(event, "reason"), channel.id, text_of(event, "item_id"), number});
  if (changed != 0) return;
  insert(session, channel, number, event, {ended, ended, std::nullopt, integer_of(event, "frame"), result});
}

// Told of late, when the controller was away; it failed when it failed.
void discard_item(store::Session& session, const Channel& channel, std::int64_t number, const Json& event) {
  const auto at = time_or_now(event);
  insert(session, channel, number, event, {at, at, integer_of(event, "frame"), std::nullopt, "failed"});
}

// A span in which the channel was not on air at all.
void insert_loss(store::Session& session, const Channel& channel, std::int64_t number, const Json& event) {
  const auto back = time_or_now(event);
  const std::int64_t down_us = integer_of(event, "down_us").value_or(0);
  const Json loss = {{"reason", text_of(event, "reason").value_or("the worker ended unexpectedly")}};
  insert(session, channel, number, loss, {{back.us - down_us}, back, std::nullopt, std::nullopt, "loss"});
}

void store_one(store::Session& session, events::Log& events, const Channel& channel, const Json& event) {
  const std::int64_t number = event.at("number").get<std::int64_t>();
  const std::string type = event.value("type", "unknown");
  if (type == "item_started") {
    begin_item(session, channel, number, event);
  } else if (type == "item_ended") {
    end_item(session, channel, number, event);
  } else if (type == "item_discarded") {
    discard_item(session, channel, number, event);
  } else if (type == "worker_recovered") {
    insert_loss(session, channel, number, event);
  }
  events.append(session, "playout.worker." + type, channel.id, channel.project_id, event);
}

}  // namespace

std::int64_t store_worker_events(store::Session& session, events::Log& events, const Channel& channel,
                                 const Json& numbered_events) {
  std::int64_t last = channel.events_taken;
  for (const auto& event : numbered_events) {
    const std::int64_t number = event.at("number").get<std::int64_t>();
    if (number <= last) continue;
    store_one(session, events, channel, event);
    last = number;
  }
  session.run(
      "UPDATE playout_channels SET events_taken = $1, last_heartbeat_at = $2 WHERE id = $3 AND events_taken <= $1",
      {last, store::Timestamp::now(), channel.id});
  return last;
}

void store_lost_events(store::Session& session, events::Log& events, const Channel& channel,
                       const std::string& reason) {
  const auto now = store::Timestamp::now();
  const std::string words = "the worker's record of what was on air was lost: " + reason;
  session.run(
      "UPDATE playout_as_run SET ended_at = $1, result = 'unknown', reason = $2 WHERE channel_id = $3 AND ended_at IS "
      "NULL",
      {now, words, channel.id});
  // Numbers below zero are nobody's: the worker counts from 1.
  const auto number = session.first("SELECT MIN(start_number) AS lowest FROM playout_as_run WHERE channel_id = $1",
                                    {channel.id}, [](const store::Row& row) { return row.optional_integer("lowest"); });
  const auto heard = session.first("SELECT last_heartbeat_at FROM playout_channels WHERE id = $1", {channel.id},
                                   [now](const store::Row& row) {
                                     return row.is_null("last_heartbeat_at") ? now : row.timestamp("last_heartbeat_at");
                                   });
  const auto since = std::min(heard.value_or(now), now);
  insert(session, channel, std::min<std::int64_t>(number.value_or(std::nullopt).value_or(0), 0) - 1,
         {{"reason", words}}, {since, now, std::nullopt, std::nullopt, "unknown"});
  session.run("UPDATE playout_channels SET events_taken = 0, last_heartbeat_at = $1 WHERE id = $2", {now, channel.id});
  events.append(session, "playout.worker.events_lost", channel.id, channel.project_id,
                {{"taken", channel.events_taken}, {"since", since.iso8601()}, {"reason", words}});
}

Json as_run_rows(store::Session& session, std::string_view channel_id, const std::optional<std::string>& before,
                 std::int64_t limit) {
  std::vector<store::Parameter> parameters{channel_id, limit};
  std::string behind;
  if (before) {
    parameters.emplace_back(*before);
    behind = " AND (started_at, start_number) < (SELECT started_at, start_number FROM playout_as_run WHERE id = $3)";
  }
  Json rows = Json::array();
  session.execute(
      "SELECT id, channel_id, item_id, asset_id, playlist_id, load_id, clip_name, loop_count, transition, planned_at, "
      "started_at, ended_at, start_frame, end_frame, offset_frames, planned_duration_frames, frames_sent, "
      "repeated_frames, deviation_ms, result, reason FROM playout_as_run WHERE channel_id = $1" +
          behind + " ORDER BY started_at DESC, start_number DESC LIMIT $2",
      parameters.data(), parameters.size(), [&](const store::Row& row) { rows.push_back(row.object()); });
  return rows;
}

std::optional<std::string> item_on_air(store::Session& session, std::string_view channel_id) {
  return session.first(
      "SELECT item_id FROM playout_as_run WHERE channel_id = $1 AND ended_at IS NULL AND item_id IS NOT NULL "
      "ORDER BY start_number DESC LIMIT 1",
      {channel_id}, [](const store::Row& row) { return row.text("item_id"); });
}

}  // namespace wyvern::playout
