#include "playout/worker_launch.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "playout/json_fields.hpp"
#include "playout/video_format.hpp"
#include "trace/scope.hpp"
#include "wyvern/abi/host.h"
#include "wyvern/call.hpp"

namespace wyvern::playout {
namespace {

constexpr std::chrono::seconds output_timeout{5};
constexpr std::chrono::seconds runtime_timeout{10};

// Of a channel's folder.
Error folder_error(const std::string& what, const std::error_code& fault) {
  const bool full = fault == std::errc::no_space_on_device || fault.value() == EDQUOT;
  return {full ? WYV_EXHAUSTED : WYV_INTERNAL, "playout.worker_folder",
          what + ": " + fault.message() +
              (full ? "; free some space on its disk" : "; check that this user may write in state_dir"),
          "", false};
}

const OutputAccess* output_of(const Dependencies& dependencies, const Channel& channel) {
  const auto found = dependencies.outputs.find(channel.output_type);
  return found == dependencies.outputs.end() ? nullptr : &found->second;
}

Error no_output(const Channel& channel) {
  return {WYV_NOT_FOUND, "playout.output_unknown",
          "output type '" + channel.output_type +
              "' is not configured any more; add it under `outputs` or change the channel",
          "", false};
}

// Whole or not at all, and readable by this user only: it holds the worker's token.
Result<void> write_private(const std::filesystem::path& path, std::string_view text) {
  const auto temporary = path.string() + ".tmp";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const auto failed = [&](const char* step) {
    return folder_error(std::string("cannot ") + step + " " + temporary, {errno, std::generic_category()});
  };
  if (descriptor < 0) return failed("create");
  std::size_t written = 0;
  while (written < text.size()) {
    const auto count = ::write(descriptor, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const Error error = failed("write");
      ::close(descriptor);
      ::unlink(temporary.c_str());
      return error;
    }
    written += static_cast<std::size_t>(count);
  }
  ::close(descriptor);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed("rename");
  return {};
}

Result<Json> channel_description(const Dependencies& dependencies, const Channel& channel) {
  const auto* output = output_of(dependencies, channel);
  if (output == nullptr) return no_output(channel);
  const auto format = video_format(channel.video_format);
  if (!format) {
    return Error{WYV_INVALID, "playout.video_format", "video format '" + channel.video_format + "' is not known", "",
                 false};
  }
  const std::string config = channel.output_config.dump();
  Call call(output_timeout, nullptr, trace::request_id());
  auto rendered =
      call_for_text(call, output->table->render, output->instance, view(dependencies.engine.renders_for), view(config));
  if (!rendered) return std::move(rendered).error();
  Json description = {{"channel_id", channel.id},
                      {"format", format->json()},
                      {"audio", {{"channels", 2}}},
                      {"outputs", {{{"id", channel.output_type}, {"rendered", Json::parse(*rendered)}}}}};
  if (dependencies.settings.preview) {
    description["preview"] = {{"directory", (channel_folder(dependencies, channel.id) / "preview").string()}};
  }
  if (!dependencies.settings.filler.empty()) description["filler"] = dependencies.settings.filler;
  return description;
}

// JSON is YAML too, and quotes what YAML would guess at.
Json worker_configuration(const Dependencies& dependencies, const Channel& channel, Json description) {
  const auto address = worker_address(dependencies, channel);
  Json engine = dependencies.engine.settings;
  engine["plugin"] = dependencies.engine.plugin;
  Json plugin_dirs = Json::array();
  for (const auto& folder : dependencies.plugin_dirs) plugin_dirs.push_back(folder.string());
  const auto folder = channel_folder(dependencies, channel.id);
  return {{"wyvern", 1},
          {"roles", {"playout-worker"}},
          {"state_dir", folder.string()},
          {"plugin_dirs", plugin_dirs},
          {"identity", {{"bootstrap_token", address.token}}},
          {"engines", {{dependencies.engine.name, engine}}},
          {"surfaces",
           {{"api", {{"plugin", "worker-api"}, {"listen", "127.0.0.1:" + std::to_string(*channel.worker_port)}}}}},
          {"worker",
           {{"channel_id", channel.id},
            {"epoch", channel.epoch},
            {"engine", dependencies.engine.name},
            {"spool_dir", (folder / "spool").string()},
            // Only a worker that comes back goes on where the one before it was; one that an operator starts waits.
            {"resume", channel.recovering() || channel.loaded_playlist_id.has_value()},
            {"channel", std::move(description)}}}};
}

// The worker's lines until it is on air name whoever asked for its start.
Json environment_of_start() {
  const auto* trace = trace::current();
  if (trace == nullptr) return Json::object();
  Json environment = {{"WYVERN_REQUEST_ID", trace->request_id}, {"TRACEPARENT", trace->traceparent()}};
  if (!trace->state.empty()) environment["TRACESTATE"] = trace->state;
  return environment;
}

}  // namespace

std::filesystem::path channel_folder(const Dependencies& dependencies, std::string_view channel_id) {
  return dependencies.state_dir / "playout" / channel_id;
}

WorkerAddress worker_address(const Dependencies& dependencies, const Channel& channel) {
  const std::string subject = "worker " + channel.id + " " + std::to_string(channel.epoch);
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(subject.data()), subject.size(),
                     reinterpret_cast<const unsigned char*>(dependencies.secret.data()), dependencies.secret.size());
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return {"http://127.0.0.1:" + std::to_string(channel.worker_port.value_or(0)), std::string(hex.data(), 64)};
}

Result<std::string> launch_worker(const Dependencies& dependencies, const Channel& channel) {
  auto description = channel_description(dependencies, channel);
  if (!description) return std::move(description).error();
  const auto folder = channel_folder(dependencies, channel.id);
  std::error_code fault;
  std::filesystem::create_directories(folder / "spool", fault);
  if (!fault) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
  // Segments of an earlier run would be served as if they were live.
  if (!fault) std::filesystem::remove_all(folder / "preview", fault);
  if (!fault) std::filesystem::create_directories(folder / "preview", fault);
  if (fault) return folder_error("cannot make " + folder.string(), fault);
  const auto file = folder / "worker.yaml";
  const auto written =
      write_private(file, worker_configuration(dependencies, channel, std::move(*description)).dump(2));
  if (!written) return written.error();

  const Json spec = {
      {"labels",
       {{"wyvern.kind", "playout"}, {"wyvern.id", channel.id}, {"wyvern.epoch", std::to_string(channel.epoch)}}},
      {"argv", {dependencies.program.string(), "--config", file.string()}},
      {"env", environment_of_start()},
      {"directory", folder.string()},
      {"log", (folder / "worker.log").string()}};
  const std::string text = spec.dump();
  Call call(runtime_timeout, nullptr, trace::request_id());
  auto started = call_for_text(call, dependencies.runtime.table->start, dependencies.runtime.instance, view(text));
  if (!started) return std::move(started).error();
  return Json::parse(*started).at("handle").get<std::string>();
}

LastWords last_words(const Dependencies& dependencies, const std::string& handle) {
  constexpr std::uint64_t tail_bytes = 16 * 1024;
  Call call(output_timeout, nullptr, trace::request_id());
  const auto log =
      call_for_text(call, dependencies.runtime.table->logs, dependencies.runtime.instance, view(handle), tail_bytes);
  if (!log) return {};
  LastWords last;
  LastWords last_error;
  std::size_t from = 0;
  while (from < log->size()) {
    const auto end = std::min(log->find('\n', from), log->size());
    const std::string line = log->substr(from, end - from);
    from = end + 1;
    if (line.empty()) continue;
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) {
      last = {{}, line};
      continue;
    }
    // A plugin may log whatever it likes under these names.
    last = {text_of(json.value("fields", Json()), "code").value_or(""), text_of(json, "message").value_or(line)};
    if (text_of(json, "level") == "error") last_error = last;
  }
  return last_error.message.empty() ? last : last_error;
}

void remove_channel_folder(const Dependencies& dependencies, const std::string& channel_id) {
  // An empty id would name the folder of all channels, and one with dots any other.
  if (!store::is_uuid(channel_id)) return;
  std::error_code fault;
  std::filesystem::remove_all(channel_folder(dependencies, channel_id), fault);
  if (!fault) return;
  dependencies.log(WYV_LOG_WARNING, "the folder of a deleted channel cannot be removed; the next start tries it again",
                   {{"folder", channel_folder(dependencies, channel_id).string()}, {"fault", fault.message()}});
}

std::vector<std::string> channels_with_folder(const Dependencies& dependencies) {
  std::vector<std::string> ids;
  std::error_code fault;
  for (const auto& entry : std::filesystem::directory_iterator(dependencies.state_dir / "playout", fault)) {
    if (store::is_uuid(entry.path().filename().string())) ids.push_back(entry.path().filename().string());
  }
  return ids;
}

Result<std::vector<std::string>> output_claims(const Dependencies& dependencies, const Channel& channel) {
  const auto* output = output_of(dependencies, channel);
  if (output == nullptr) return no_output(channel);
  const std::string config = channel.output_config.dump();
  Call call(output_timeout, nullptr, trace::request_id());
  auto claims = call_for_text(call, output->table->claims, output->instance, view(config));
  if (!claims) return std::move(claims).error();
  return Json::parse(*claims).get<std::vector<std::string>>();
}

}  // namespace wyvern::playout
