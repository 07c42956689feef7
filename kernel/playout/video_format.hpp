// The names of video formats and what they mean: raster, scan and the true rational rate.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace wyvern::playout {

struct VideoFormat {
  std::string name;  // "1080p5994"
  int width = 0;
  int height = 0;
  int rate_num = 0;  // frames per second = rate_num / rate_den; 5994 is 60000/1001
  int rate_den = 1;
  bool interlaced = false;

  nlohmann::json json() const;
};

// PAL, NTSC, 720p, 1080p, 2160p and 1080i at 2398, 2400, 2500, 2997, 3000, 5000, 5994 and 6000 (fields for 1080i), with
// 24, 25, 30, 50 and 60 as short forms; and WIDTHxHEIGHTpRATE for other even rasters up to 4096x2304.
std::optional<VideoFormat> video_format(std::string_view name);

// What to say when a name is not known.
std::string known_video_formats();

}  // namespace wyvern::playout
