// The engine's configuration: manifest.json has the schema and the meaning of each field.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "house_format.hpp"

namespace wyvern::feeder {

struct PreviewSettings {
  int height = 360;
  int video_bitrate_kbps = 500;
  int audio_bitrate_kbps = 64;
  int segment_s = 2;
  int segments = 5;
};

struct Settings {
  int video_bitrate_kbps = 6000;
  std::string preset = "ultrafast";
  int keyframe_interval_s = 2;
  int audio_bitrate_kbps = 128;
  int encoder_threads = 0;
  int look_ahead_frames = 8;
  int look_ahead_items = 2;
  std::int64_t prepare_timeout_ns = 10 * second_ns;
  std::int64_t hold_ns = second_ns;
  std::int64_t catch_up_ns = second_ns / 2;
  std::int64_t decoder_lag_ns = second_ns / 5;
  std::int64_t decoder_patience_ns = 2 * second_ns;
  std::int64_t encoder_queue_ns = 2 * second_ns / 5;
  std::int64_t output_stall_ns = 5 * second_ns;
  PreviewSettings preview;
};

// The host has checked the JSON against the schema.
Settings parse_settings(const nlohmann::json& config);

}  // namespace wyvern::feeder
