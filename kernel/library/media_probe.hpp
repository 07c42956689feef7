// Reading a media file with the engine, in a process of its own: a decoder may crash or hang on what it is given.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "wyvern/result.hpp"

namespace wyvern::library {

using Json = nlohmann::json;

// What is run: `exe --probe-media`, with a description of the engine and the file on its standard input.
struct ProbeCommand {
  std::filesystem::path exe;            // whose main calls probe_media_main
  std::filesystem::path engine_plugin;  // the shared object
  std::string engine_name = "probe";    // the instance's name
  Json engine_settings = Json::object();
};

// The child's half: main calls this before anything else when its first argument is "--probe-media", and exits with
// what it returns. Reads {"plugin","name","settings","file","timeout_ms"} from standard input, and writes
// {"media":{…}} or {"error":{"status","code","message","cause"}} to standard output.
int probe_media_main();

// The parent's half. `name` is what messages call the file. `keep_on` is asked a few times a second; when it says
// false the child is killed and the error is "job.cancelled". Errors: those of wyvern.engine/1's probe, and
// "media.probe_crashed", "media.probe_timeout", "media.probe_garbage", "media.probe_failed", none of them retryable;
// "media.probe_start" when the child could not be started, which is. Any thread.
Result<Json> probe_media(const ProbeCommand& command, const std::filesystem::path& file, const std::string& name,
                         std::chrono::milliseconds timeout, const std::function<bool()>& keep_on);

}  // namespace wyvern::library
