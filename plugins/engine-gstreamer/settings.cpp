#include "settings.hpp"

namespace wyvern::feeder {

namespace {

template <class T>
void read(const nlohmann::json& json, const char* field, T& value) {
  if (const auto found = json.find(field); found != json.end() && !found->is_null()) value = found->get<T>();
}

void read_ms(const nlohmann::json& json, const char* field, std::int64_t& value_ns) {
  std::int64_t value_ms = value_ns / 1'000'000;
  read(json, field, value_ms);
  value_ns = value_ms * 1'000'000;
}

}  // namespace

Settings parse_settings(const nlohmann::json& config) {
  Settings settings;
  if (!config.is_object()) return settings;
  read(config, "video_bitrate_kbps", settings.video_bitrate_kbps);
  read(config, "preset", settings.preset);
  read(config, "keyframe_interval_s", settings.keyframe_interval_s);
  read(config, "audio_bitrate_kbps", settings.audio_bitrate_kbps);
  read(config, "encoder_threads", settings.encoder_threads);
  read(config, "look_ahead_frames", settings.look_ahead_frames);
  read(config, "look_ahead_items", settings.look_ahead_items);
  read_ms(config, "prepare_timeout_ms", settings.prepare_timeout_ns);
  read_ms(config, "hold_ms", settings.hold_ns);
  read_ms(config, "catch_up_ms", settings.catch_up_ns);
  read_ms(config, "decoder_lag_ms", settings.decoder_lag_ns);
  read_ms(config, "decoder_patience_ms", settings.decoder_patience_ns);
  read_ms(config, "encoder_queue_ms", settings.encoder_queue_ns);
  read_ms(config, "output_stall_ms", settings.output_stall_ns);
  if (const auto preview = config.find("preview"); preview != config.end() && preview->is_object()) {
    read(*preview, "height", settings.preview.height);
    read(*preview, "video_bitrate_kbps", settings.preview.video_bitrate_kbps);
    read(*preview, "audio_bitrate_kbps", settings.preview.audio_bitrate_kbps);
    read(*preview, "segment_s", settings.preview.segment_s);
    read(*preview, "segments", settings.preview.segments);
  }
  return settings;
}

}  // namespace wyvern::feeder
