#include "renderings.hpp"

namespace wyvern::srt {

Json for_gstreamer(const Settings& settings) {
  Json properties = {{"uri", settings.address() + "?mode=" + name_of(settings.mode)},
                     {"latency", settings.latency_ms},
                     // The channel is live: it neither waits for a receiver nor for the clock, which the engine keeps.
                     {"wait-for-connection", false},
                     {"sync", false},
                     {"async", false}};
  Json secrets = Json::array();
  if (!settings.passphrase.empty()) {
    properties["passphrase"] = settings.passphrase;
    if (settings.pbkeylen) properties["pbkeylen"] = *settings.pbkeylen;
    secrets.push_back("passphrase");
  }
  if (!settings.streamid.empty()) properties["streamid"] = settings.streamid;
  Json watch = {{"element", 0}, {"bytes", "stats.bytes-sent-total"}};
  if (settings.mode == Mode::listener) watch["clients"] = "stats.callers";
  return {{"takes", "mpegts"},
          {"elements", Json::array({{{"factory", "srtsink"}, {"properties", properties}}})},
          {"watch", watch},
          {"encoder",
           {{"video_bitrate_kbps", settings.video_bitrate_kbps}, {"audio_bitrate_kbps", settings.audio_bitrate_kbps}}},
          {"address", settings.address()},
          {"secrets", secrets}};
}

}  // namespace wyvern::srt
