// Turns a channel into a worker: its folder, its configuration, its process.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "playout/channel.hpp"
#include "playout/dependencies.hpp"
#include "playout/worker_client.hpp"
#include "wyvern/result.hpp"

namespace wyvern::playout {

// The channel's folder: the worker's configuration, its log, its spool and its preview.
std::filesystem::path channel_folder(const Dependencies& dependencies, std::string_view channel_id);

// Where the worker of this grant answers. The token is derived from the secret, the channel and its epoch, so it is
// never stored, and a worker of an earlier grant cannot be spoken to by mistake.
WorkerAddress worker_address(const Dependencies& dependencies, const Channel& channel);

// Writes the configuration (0600) and starts the worker on `channel.worker_port`. Returns the runtime's handle. When it
// fails, nothing is left running.
Result<std::string> launch_worker(const Dependencies& dependencies, const Channel& channel);

// What a worker's log says about its end: the last error, or its last line.
struct LastWords {
  std::string code;  // of an error that names one
  std::string message;
};
LastWords last_words(const Dependencies& dependencies, const std::string& handle);

// Removes the folder of a channel that is no more. Nothing is removed for what is not the id of a channel.
void remove_channel_folder(const Dependencies& dependencies, const std::string& channel_id);
// The ids of the channels that have a folder.
std::vector<std::string> channels_with_folder(const Dependencies& dependencies);

// The resources that the channel's output occupies alone.
Result<std::vector<std::string>> output_claims(const Dependencies& dependencies, const Channel& channel);

}  // namespace wyvern::playout
