// Marked clips in a folder of their own, made once per machine.
#pragma once

#include <filesystem>
#include <string>

#include "clip_maker.hpp"

namespace wyvern::feeder::test {

inline std::string clip_folder() {
  const auto folder = std::filesystem::temp_directory_path() / "wyvern-marked-clips";
  std::filesystem::create_directories(folder);
  return folder.string() + "/";
}

inline media::ClipSpec clip(const std::string& name, int id = 1, int frames = 50) {
  media::ClipSpec spec;
  spec.path = clip_folder() + "unit-" + name;
  spec.id = id;
  spec.width = 640;
  spec.height = 360;
  spec.frames = frames;
  spec.audio_ms = frames * 40;
  return spec;
}

inline media::ClipSpec made(media::ClipSpec spec) {
  make_clip(spec);
  return spec;
}

}  // namespace wyvern::feeder::test
