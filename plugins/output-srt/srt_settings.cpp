#include "srt_settings.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <map>
#include <string_view>

namespace wyvern::srt {

namespace {

namespace urls = boost::urls;

constexpr const char* kDefaultUrl = "srt://127.0.0.1:9000?mode=listener";
constexpr const char* kKnownFields =
    "url, latency, passphrase, pbkeylen, streamid, video_bitrate_kbps, audio_bitrate_kbps";

Failure invalid(const std::string& field, const std::string& fault) {
  return {WYV_INVALID, "output.invalid", field + ": " + fault};
}

int whole_number(const std::string& field, const std::string& text) {
  int number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size())
    throw invalid(field, "a whole number is expected, not '" + text + "'");
  return number;
}

int ranged(const std::string& field, int number, int lowest, int highest) {
  if (number < lowest || number > highest)
    throw invalid(field, std::to_string(number) + " is not between " + std::to_string(lowest) + " and " +
                             std::to_string(highest));
  return number;
}

// The query's parameters by name. Each may stand once.
std::map<std::string, std::string> parameters(const urls::url_view& url) {
  std::map<std::string, std::string> found;
  for (const auto& parameter : url.params()) {
    const std::string name = parameter.key;
    // Everybody who may view the channel sees its url.
    if (name == "passphrase")
      throw invalid("url", "it is shown to readers; give the passphrase in the field passphrase");
    if (name != "mode" && name != "latency" && name != "pbkeylen" && name != "streamid")
      throw invalid("url",
                    "the parameter '" + name + "' is not known; known are mode, latency (ms), pbkeylen and streamid");
    if (!found.emplace(name, parameter.value).second) throw invalid("url", "the parameter '" + name + "' stands twice");
  }
  return found;
}

Mode read_mode(const std::map<std::string, std::string>& query, bool has_host) {
  const auto given = query.find("mode");
  if (given == query.end()) return has_host ? Mode::caller : Mode::listener;  // as libsrt's own tools have it
  for (const Mode mode : {Mode::listener, Mode::caller, Mode::rendezvous})
    if (given->second == name_of(mode)) return mode;
  throw invalid("url", "the mode is listener, caller or rendezvous, not '" + given->second + "'");
}

void read_url(const std::string& text, Settings& settings, std::map<std::string, std::string>& query) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f')
      throw invalid("url", "it holds a space or a control character");
  const auto parsed = urls::parse_uri(text);
  // The text itself stays out of every message: its query may hold a passphrase, at the wrong place.
  if (!parsed) throw invalid("url", "it is no URL; write it like " + std::string(kDefaultUrl));
  const urls::url_view& url = *parsed;
  if (url.scheme() != "srt" && url.scheme() != "SRT")
    throw invalid("url", "it must begin with srt://, not " + std::string(url.scheme()) + ":");
  if (!url.has_authority()) throw invalid("url", "a host and a port are expected behind srt://");
  if (url.has_userinfo()) throw invalid("url", "SRT has no user names; use the fields passphrase or streamid");
  if (!url.has_port() || url.port().empty()) throw invalid("url", "the port is missing");
  if (!url.encoded_path().empty() && url.encoded_path() != "/") throw invalid("url", "SRT has no path; use streamid");
  if (url.has_fragment()) throw invalid("url", "a part behind # has no meaning here");
  settings.port = static_cast<std::uint16_t>(ranged("url: port", whole_number("url: port", url.port()), 1, 65535));
  query = parameters(url);
  settings.host = std::string(url.encoded_host());
  settings.mode = read_mode(query, !settings.host.empty());
  const bool nobody = settings.host.empty() || settings.host == "0.0.0.0" || settings.host == "[::]";
  if (nobody && settings.mode != Mode::listener)
    throw invalid("url", std::string("a ") + name_of(settings.mode) + " needs the host that it connects to");
  if (settings.host.empty()) settings.host = "0.0.0.0";
}

// A value given as a field, in the URL, or in both alike.
std::optional<std::string> agreed(const Json& config, const std::map<std::string, std::string>& query,
                                  const std::string& field) {
  const auto in_url = query.find(field);
  if (!config.contains(field)) return in_url == query.end() ? std::nullopt : std::optional(in_url->second);
  const auto& value = config.at(field);
  if (!value.is_string() && !value.is_number_integer()) throw invalid(field, "it has the wrong type");
  const std::string own = value.is_string() ? value.get<std::string>() : value.dump();
  if (in_url != query.end() && in_url->second != own) throw invalid(field, "it differs from the one in the url");
  return own;
}

int bitrate(const Json& config, const std::string& field, int fallback, int lowest, int highest) {
  if (!config.contains(field)) return fallback;
  if (!config.at(field).is_number_integer()) throw invalid(field, "a whole number is expected");
  const auto given = config.at(field).get<std::int64_t>();
  if (given < lowest || given > highest)
    throw invalid(field, "it is not between " + std::to_string(lowest) + " and " + std::to_string(highest));
  return static_cast<int>(given);
}

void check_fields(const Json& config) {
  if (!config.is_object()) throw invalid("output_config", "an object is expected");
  const std::string known = std::string(", ") + kKnownFields + ",";
  for (const auto& [name, value] : config.items())
    if (known.find(", " + name + ",") == std::string::npos)
      throw invalid(name, std::string("this field is not known; known are ") + kKnownFields);
}

}  // namespace

const char* name_of(Mode mode) {
  switch (mode) {
    case Mode::listener:
      return "listener";
    case Mode::caller:
      return "caller";
    default:
      return "rendezvous";
  }
}

Settings read_settings(const Json& config) {
  check_fields(config);
  Settings settings;
  std::map<std::string, std::string> query;
  if (config.contains("url") && !config.at("url").is_string()) throw invalid("url", "a text is expected");
  read_url(config.value("url", std::string(kDefaultUrl)), settings, query);
  if (const auto latency = agreed(config, query, "latency"))
    settings.latency_ms = ranged("latency", whole_number("latency", *latency), 0, 60000);
  if (config.contains("passphrase")) {
    if (!config.at("passphrase").is_string()) throw invalid("passphrase", "a text is expected");
    settings.passphrase = config.at("passphrase").get<std::string>();
    const auto size = settings.passphrase.size();
    if (size < 10 || size > 79)
      throw invalid("passphrase", "10 to 79 characters are expected, not " + std::to_string(size));
  }
  if (const auto length = agreed(config, query, "pbkeylen")) {
    const int bytes = whole_number("pbkeylen", *length);
    if (bytes != 16 && bytes != 24 && bytes != 32) throw invalid("pbkeylen", "16, 24 or 32 bytes are possible");
    if (settings.passphrase.empty()) throw invalid("pbkeylen", "it needs a passphrase");
    settings.pbkeylen = bytes;
  }
  if (const auto streamid = agreed(config, query, "streamid")) {
    if (streamid->empty() || streamid->size() > 512) throw invalid("streamid", "1 to 512 bytes are expected");
    if (settings.mode != Mode::caller) throw invalid("streamid", "only a caller sends one");
    settings.streamid = *streamid;
  }
  settings.video_bitrate_kbps = bitrate(config, "video_bitrate_kbps", settings.video_bitrate_kbps, 100, 200000);
  settings.audio_bitrate_kbps = bitrate(config, "audio_bitrate_kbps", settings.audio_bitrate_kbps, 32, 512);
  return settings;
}

}  // namespace wyvern::srt
