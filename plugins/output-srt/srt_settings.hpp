// A channel's output_config for SRT, read and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wyvern/plugin.hpp"

namespace wyvern::srt {

enum class Mode { listener, caller, rendezvous };
const char* name_of(Mode mode);

struct Settings {
  Mode mode = Mode::listener;
  std::string host;  // as it stands in a URL: an IPv6 address has its brackets
  std::uint16_t port = 0;
  int latency_ms = 200;
  std::string passphrase;  // empty: not encrypted
  std::optional<int> pbkeylen;
  std::string streamid;
  int video_bitrate_kbps = 6000;
  int audio_bitrate_kbps = 192;

  // "srt://host:port": for people, never with a secret.
  std::string address() const { return "srt://" + host + ":" + std::to_string(port); }
};

// Throws WYV_INVALID with a message that names the field. A value that stands in the URL and in a field of its own must
// be the same in both.
Settings read_settings(const Json& config);

}  // namespace wyvern::srt
