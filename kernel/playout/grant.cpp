#include "playout/grant.hpp"

#include "playout/claims.hpp"

namespace wyvern::playout::grant {
namespace {

using store::Session;
using store::Timestamp;

// Runs a fenced statement; when it changed the row, `then` and the event belong to the same transaction.
template <class Then>
bool write(const Dependencies& dependencies, const Channel& channel, std::string_view sql,
           const Session::Parameters& parameters, Then then) {
  return dependencies.store.write([&](Session& session) {
    if (session.run(sql, parameters) == 0) return false;
    then(session);
    announce_channel(session, dependencies, channel);
    return true;
  });
}

constexpr auto nothing_more = [](Session&) {};

}  // namespace

bool running(const Dependencies& dependencies, const Channel& channel, const std::string& handle) {
  return write(
      dependencies, channel,
      "UPDATE playout_channels SET status = 'running', container_id = $1, error_message = NULL, updated_at = $2 "
      "WHERE id = $3 AND epoch = $4 AND desired = 'running'",
      {handle, Timestamp::now(), channel.id, channel.epoch}, nothing_more);
}

bool lost(const Dependencies& dependencies, const Channel& channel, const std::string& reason) {
  return write(dependencies, channel,
               "UPDATE playout_channels SET status = 'error', container_id = NULL, error_message = $1, updated_at = $2 "
               "WHERE id = $3 AND "
               "epoch = $4 AND desired = 'running'",
               {reason, Timestamp::now(), channel.id, channel.epoch}, nothing_more);
}

bool failed(const Dependencies& dependencies, const Channel& channel, const std::string& reason) {
  const bool tried_again = channel.recovering();
  return write(dependencies, channel,
               "UPDATE playout_channels SET status = 'error', desired = $1, error_message = $2, container_id = NULL, "
               "worker_port = NULL, updated_at = $3 WHERE id = $4 AND epoch = $5 AND desired = 'running'",
               {tried_again ? "running" : "stopped", reason, Timestamp::now(), channel.id, channel.epoch},
               [&](Session& session) {
                 if (!tried_again) release_claims(session, {"channel", channel.id});
               });
}

bool again(const Dependencies& dependencies, Channel& channel, const std::string& reason) {
  const bool granted =
      write(dependencies, channel,
            "UPDATE playout_channels SET status = 'starting', epoch = epoch + 1, container_id = NULL, error_message = "
            "$1, restart_count = restart_count + 1, last_restart_at = $2, updated_at = $2 WHERE id = $3 AND epoch = $4 "
            "AND desired = 'running'",
            {reason, Timestamp::now(), channel.id, channel.epoch}, nothing_more);
  if (!granted) return false;
  ++channel.epoch;
  channel.status = "starting";
  channel.error_message = reason;
  channel.container_id.reset();
  return true;
}

bool stopped(const Dependencies& dependencies, const Channel& channel) {
  return write(
      dependencies, channel,
      "UPDATE playout_channels SET status = 'stopped', container_id = NULL, worker_port = NULL, loaded_playlist_id = "
      "NULL, error_message = NULL, updated_at = $1 WHERE id = $2 AND epoch = $3 AND desired = 'stopped'",
      {Timestamp::now(), channel.id, channel.epoch}, [&](Session& session) {
        session.run(
            "UPDATE playout_as_run SET ended_at = $1, result = 'lost', reason = 'the channel was stopped while its "
            "worker did not answer' WHERE channel_id = $2 AND ended_at IS NULL",
            {Timestamp::now(), channel.id});
        release_claims(session, {"channel", channel.id});
      });
}

}  // namespace wyvern::playout::grant
