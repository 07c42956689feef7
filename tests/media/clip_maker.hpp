// Makes clips whose frames carry their number and whose sound carries a mark at known times. Needs the ffmpeg program.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace wyvern::media {

struct ClipSpec {
  std::string path;
  int id = 0;  // goes into every frame's mark
  int width = 1280;
  int height = 720;
  int rate_num = 25;
  int rate_den = 1;
  int frames = 100;
  int audio_ms = 4000;  // 0: no sound
  int audio_channels = 2;
  int audio_rate = 48000;
  std::string video_options = "-c:v libx264 -preset ultrafast -crf 20 -g 25 -pix_fmt yuv420p";
  std::string audio_options = "-c:a aac -b:a 128k";
  std::string more_options = "";  // of the container, such as -movflags +faststart
  int pixel_aspect_num = 1;
  int pixel_aspect_den = 1;

  double rate() const { return static_cast<double>(rate_num) / rate_den; }
  double display_aspect() const {
    return static_cast<double>(width) * pixel_aspect_num / (static_cast<double>(height) * pixel_aspect_den);
  }
};

// Does nothing when the file is there already. Throws std::runtime_error when ffmpeg fails.
void make_clip(const ClipSpec& spec);

// The sound mark: a sweep of 20 ms. It begins at 0.2 s and then every half second.
std::vector<float> tone_mark(int rate);
constexpr double first_tone_s = 0.2;
constexpr double tone_distance_s = 0.5;

}  // namespace wyvern::media
