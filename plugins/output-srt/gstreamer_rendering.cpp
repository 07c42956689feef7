#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "renderings.hpp"

namespace wyvern::srt {

namespace {

std::string encoded(const std::string& text) { return boost::urls::encode(text, boost::urls::unreserved_chars); }

// srtsink forgets all other settings when its uri is set, the passphrase too, and properties have no order. So the uri
// holds them all, and in whatever order an engine sets the properties, the stream is as it was configured.
std::string whole_uri(const Settings& settings) {
  std::string uri =
      settings.address() + "?mode=" + name_of(settings.mode) + "&latency=" + std::to_string(settings.latency_ms);
  if (!settings.passphrase.empty()) uri += "&passphrase=" + encoded(settings.passphrase);
  if (settings.pbkeylen) uri += "&pbkeylen=" + std::to_string(*settings.pbkeylen);
  if (!settings.streamid.empty()) uri += "&streamid=" + encoded(settings.streamid);
  return uri;
}

}  // namespace

Json for_gstreamer(const Settings& settings) {
  Json properties = {{"uri", whole_uri(settings)},
                     {"latency", settings.latency_ms},
                     // The channel is live: it neither waits for a receiver nor for the clock, which the engine keeps.
                     {"wait-for-connection", false},
                     {"sync", false},
                     {"async", false}};
  Json secrets = Json::array();
  if (!settings.passphrase.empty()) {
    properties["passphrase"] = settings.passphrase;
    if (settings.pbkeylen) properties["pbkeylen"] = *settings.pbkeylen;
    secrets = {"passphrase", "uri"};
  }
  if (!settings.streamid.empty()) properties["streamid"] = settings.streamid;
  Json watch = {{"element", 0}, {"bytes", "stats.bytes-sent-total"}};
  if (settings.mode == Mode::listener) watch["clients"] = "stats.callers";
  return {{"takes", "mpegts"},
          {"splits", true},
          {"elements", Json::array({{{"factory", "srtsink"}, {"properties", properties}}})},
          {"watch", watch},
          {"encoder",
           {{"video_bitrate_kbps", settings.video_bitrate_kbps}, {"audio_bitrate_kbps", settings.audio_bitrate_kbps}}},
          {"address", settings.address()},
          {"secrets", secrets}};
}

}  // namespace wyvern::srt
