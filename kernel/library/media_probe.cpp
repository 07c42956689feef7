#include "library/media_probe.hpp"

#include <cstring>

#include "library/child_process.hpp"

namespace wyvern::library {
namespace {

Error final_error(std::string code, std::string message, std::string cause) {
  return {WYV_INVALID, std::move(code), std::move(message), std::move(cause), false};
}

// What the child printed, if it is what the child's half prints.
Result<Json> answer_of(const ChildEnd& end, const std::string& name) {
  const auto answer = Json::parse(end.output, nullptr, false);
  if (answer.is_object() && answer.contains("media") && answer["media"].is_object()) return answer["media"];
  if (answer.is_object() && answer.contains("error") && answer["error"].is_object()) {
    const auto& error = answer["error"];
    const auto status = static_cast<wyv_status>(error.value("status", static_cast<int>(WYV_INTERNAL)));
    return Error{status, error.value("code", "media.unreadable"),
                 "'" + name + "': " + error.value("message", "the engine gave no reason"), error.value("cause", ""),
                 status == WYV_UNAVAILABLE || status == WYV_EXHAUSTED};
  }
  if (end.code != 0) {
    return final_error("media.probe_failed",
                       "the probe of '" + name + "' ended with exit code " + std::to_string(end.code) +
                           " and no result; the engine has a fault",
                       end.errors);
  }
  return final_error(
      "media.probe_garbage",
      "the engine answered the probe of '" + name + "' with something that is not a description of media",
      end.output.substr(0, 200));
}

// A field of the description, if it is there, is a number that makes sense.
Result<Json> checked(Json media, const std::string& name) {
  for (const char* field : {"duration_ms", "width", "height", "framerate", "audio_channels"}) {
    if (!media.contains(field)) media[field] = nullptr;
    const auto& value = media[field];
    if (!value.is_null() && (!value.is_number() || value.get<double>() < 0 || value.get<double>() > 1e15)) {
      return final_error("media.probe_garbage",
                         "the engine says that '" + name + "' has " + field + " " + value.dump().substr(0, 40), "");
    }
  }
  return media;
}

}  // namespace

Result<Json> probe_media(const ProbeCommand& command, const std::filesystem::path& file, const std::string& name,
                         std::chrono::milliseconds timeout, const std::function<bool()>& keep_on) {
  const Json input = {{"plugin", command.engine_plugin.string()},
                      {"name", command.engine_name},
                      {"settings", command.engine_settings},
                      {"file", file.string()},
                      {"timeout_ms", timeout.count()}};
  auto end = run_child({command.exe.string(), "--probe-media"},
                       input.dump(-1, ' ', false, Json::error_handler_t::replace), {.timeout = timeout}, keep_on);
  if (!end) {
    Error error = std::move(end).error();
    error.code = "media.probe_start";
    error.message = "the probe of '" + name + "' could not begin: " + error.message;
    return error;
  }
  switch (end->how) {
    case ChildEnd::How::withdrawn:
      return Error{WYV_CANCELLED, "job.cancelled", "the job was withdrawn", "", false};
    case ChildEnd::How::overran:
      return final_error("media.probe_timeout",
                         "the decoder did not come to an end with '" + name + "' within " +
                             std::to_string(std::chrono::duration_cast<std::chrono::seconds>(timeout).count()) +
                             " s; the file is damaged, or library.probe_timeout_s is too short",
                         end->errors);
    case ChildEnd::How::flooded:
      return final_error("media.probe_garbage", "the probe of '" + name + "' said far more than it may", end->errors);
    case ChildEnd::How::signalled: {
      const char* signal = ::sigabbrev_np(end->code);
      return final_error("media.probe_crashed",
                         "the decoder crashed (SIG" + std::string(signal == nullptr ? "?" : signal) +
                             ") while it read '" + name + "'; the file is damaged, or the decoder has a fault",
                         end->errors);
    }
    case ChildEnd::How::exited:
      break;
  }
  auto media = answer_of(*end, name);
  if (!media) return media;
  return checked(std::move(*media), name);
}

}  // namespace wyvern::library
