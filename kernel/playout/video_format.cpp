#include "playout/video_format.hpp"

#include <array>
#include <charconv>

namespace wyvern::playout {
namespace {

struct Rate {
  std::string_view name;
  int num;
  int den;
};

constexpr std::array<Rate, 13> rates{{{"2398", 24000, 1001},
                                      {"2400", 24, 1},
                                      {"24", 24, 1},
                                      {"2500", 25, 1},
                                      {"25", 25, 1},
                                      {"2997", 30000, 1001},
                                      {"3000", 30, 1},
                                      {"30", 30, 1},
                                      {"5000", 50, 1},
                                      {"50", 50, 1},
                                      {"5994", 60000, 1001},
                                      {"6000", 60, 1},
                                      {"60", 60, 1}}};

struct Raster {
  std::string_view name;
  int width;
  int height;
};

constexpr std::array<Raster, 3> rasters{{{"720", 1280, 720}, {"1080", 1920, 1080}, {"2160", 3840, 2160}}};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "1920x1080" or "1080".
std::optional<Raster> raster_of(std::string_view text) {
  for (const auto& raster : rasters) {
    if (raster.name == text) return raster;
  }
  const auto cross = text.find('x');
  if (cross == std::string_view::npos) return std::nullopt;
  const auto width = number(text.substr(0, cross));
  const auto height = number(text.substr(cross + 1));
  const auto fits = [](std::optional<int> size, int most) {
    return size && *size >= 64 && *size <= most && *size % 2 == 0;
  };
  if (!fits(width, 4096) || !fits(height, 2304)) return std::nullopt;
  return Raster{text, *width, *height};
}

}  // namespace

nlohmann::json VideoFormat::json() const {
  return {{"name", name},         {"width", width},       {"height", height},
          {"rate_num", rate_num}, {"rate_den", rate_den}, {"interlaced", interlaced}};
}

std::optional<VideoFormat> video_format(std::string_view name) {
  if (name == "PAL") return VideoFormat{"PAL", 720, 576, 25, 1, true};
  if (name == "NTSC") return VideoFormat{"NTSC", 720, 486, 30000, 1001, true};
  const auto scan = name.find_first_of("pi");
  if (scan == std::string_view::npos) return std::nullopt;
  const auto raster = raster_of(name.substr(0, scan));
  if (!raster) return std::nullopt;
  for (const auto& rate : rates) {
    if (rate.name != name.substr(scan + 1)) continue;
    VideoFormat format{std::string(name), raster->width, raster->height, rate.num, rate.den, name[scan] == 'i'};
    if (format.interlaced) {
      // The name counts fields: 1080i5000 has 25 frames a second.
      if (raster->name != "1080" || format.rate_num < 50 * format.rate_den) return std::nullopt;
      if (format.rate_num % 2 != 0) return std::nullopt;
      format.rate_num /= 2;
    }
    return format;
  }
  return std::nullopt;
}

std::string known_video_formats() {
  return "PAL, NTSC, 720p, 1080p or 2160p with 2398, 2400, 2500, 2997, 3000, 5000, 5994 or 6000, 1080i with 5000, 5994 "
         "or 6000, or such as 640x360p2500";
}

}  // namespace wyvern::playout
