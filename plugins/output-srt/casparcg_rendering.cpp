#include "renderings.hpp"

namespace wyvern::srt {

namespace {

// Without a limit, a listener that nobody has joined keeps CasparCG from removing the output.
constexpr const char* kListenTimeout = "&listen_timeout=3000000";

// FFmpeg counts in microseconds what GStreamer and libsrt count in milliseconds.
std::string ffmpeg_url(const Settings& settings) {
  std::string url = settings.address() + "?mode=" + name_of(settings.mode) +
                    "&latency=" + std::to_string(settings.latency_ms * 1000LL);
  if (settings.mode == Mode::listener) url += kListenTimeout;
  return url;
}

}  // namespace

Json for_casparcg(const Settings& settings) {
  const std::string video = std::to_string(settings.video_bitrate_kbps) + "k";
  const std::string audio = std::to_string(settings.audio_bitrate_kbps) + "k";
  // Without format and pan the picture is yuv444p and the sound has sixteen channels.
  Json arguments = {"STREAM",    ffmpeg_url(settings),
                    "-format",   "mpegts",
                    "-codec:v",  "libx264",
                    "-preset:v", "veryfast",
                    "-g:v",      "50",
                    "-b:v",      video,
                    "-filter:v", "format=yuv420p",
                    "-codec:a",  "aac",
                    "-b:a",      audio,
                    "-filter:a", "pan=stereo|c0=c0|c1=c1"};
  // Options of the protocol, not parts of the URL: FFmpeg does not undo a URL's percent encoding.
  const auto option = [&](const char* name, const std::string& value) {
    arguments.push_back(std::string("-") + name);
    arguments.push_back(value);
  };
  if (!settings.passphrase.empty()) option("passphrase", settings.passphrase);
  if (settings.pbkeylen) option("pbkeylen", std::to_string(*settings.pbkeylen));
  if (!settings.streamid.empty()) option("streamid", settings.streamid);
  return {{"arguments", arguments},
          {"watch", {{"osc", "file/frame"}}},
          {"address", settings.address()},
          {"secrets", settings.passphrase.empty() ? Json::array() : Json::array({"arguments"})}};
}

}  // namespace wyvern::srt
