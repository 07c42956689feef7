// A playout channel as it is stored: what is wanted of it and what was seen.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "playout/dependencies.hpp"
#include "store/row_text.hpp"
#include "store/store.hpp"

namespace wyvern::playout {

// The parts that the room itself works with.
struct Channel {
  std::string id;
  std::string name;
  std::string output_type;
  Json output_config;
  std::string video_format;
  std::optional<std::string> project_id;
  std::string desired;  // "stopped", "running"
  std::string status;   // "stopped", "starting", "running", "stopping", "error"
  std::optional<std::string> error_message;
  std::int64_t epoch = 0;
  std::optional<std::string> container_id;
  std::optional<std::int64_t> worker_port;
  std::optional<std::string> loaded_playlist_id;
  std::int64_t events_taken = 0;  // the number of the last event of the worker that was stored

  // It was on air, and error_message says what was lost since; a start that fails then is tried again.
  bool recovering() const { return error_message.has_value(); }
};

std::optional<Channel> find_channel(store::Session& session, std::string_view id);
// Throws Refusal 404.
Channel get_channel(store::Session& session, std::string_view id);

// As the contract shows it, without secrets. Throws Refusal 404.
Json channel_json(store::Session& session, const Dependencies& dependencies, std::string_view id);
// With its `etag`.
Json channel_with_etag(store::Session& session, const Dependencies& dependencies, std::string_view id);
// Rows of channel_columns in that form.
store::RowsText channels_text(const Dependencies& dependencies);
extern const std::string_view channel_columns;

// Appends playout.channel.changed with the channel as it is now in the session.
void announce_channel(store::Session& session, const Dependencies& dependencies, const Channel& channel);

}  // namespace wyvern::playout
