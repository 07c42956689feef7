#include "clip_maker.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "frame_mark.hpp"

namespace wyvern::media {

namespace {

void write_sound(const ClipSpec& spec, const std::string& path) {
  const auto count = static_cast<std::size_t>(static_cast<std::int64_t>(spec.audio_ms) * spec.audio_rate / 1000);
  std::vector<float> mono(count, 0.0F);
  const auto mark = tone_mark(spec.audio_rate);
  for (int k = 0;; ++k) {
    const auto at = static_cast<std::size_t>(std::llround((first_tone_s + k * tone_distance_s) * spec.audio_rate));
    if (at + mark.size() > count) break;
    std::copy(mark.begin(), mark.end(), mono.begin() + static_cast<std::ptrdiff_t>(at));
  }
  std::vector<float> interleaved;
  for (const float value : mono)
    interleaved.insert(interleaved.end(), static_cast<std::size_t>(spec.audio_channels), value);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(interleaved.data()),
             static_cast<std::streamsize>(interleaved.size() * sizeof(float)));
}

// Something for the encoder to do under the mark: stripes that wander.
void draw_ground(std::vector<std::uint8_t>& luma, const ClipSpec& spec, int number) {
  for (int y = spec.height / 2; y < spec.height; ++y)
    for (int x = 0; x < spec.width; ++x)
      luma[static_cast<std::size_t>(y) * spec.width + x] =
          static_cast<std::uint8_t>(48 + ((x + 3 * number + y / 2) & 127));
}

}  // namespace

std::vector<float> tone_mark(int rate) {
  constexpr double length_s = 0.02;
  constexpr double from_hz = 800;
  constexpr double to_hz = 5000;
  std::vector<float> mark(static_cast<std::size_t>(length_s * rate));
  for (std::size_t i = 0; i < mark.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    const double phase = 2 * M_PI * (from_hz * t + (to_hz - from_hz) / (2 * length_s) * t * t);
    mark[i] = static_cast<float>(0.5 * std::sin(phase));
  }
  return mark;
}

void make_clip(const ClipSpec& spec) {
  if (std::filesystem::exists(spec.path)) return;
  const std::string sound = spec.path + ".f32";
  const auto extension = std::filesystem::path(spec.path).extension().string();
  const std::string unfinished = spec.path + ".unfinished" + extension;
  std::string command = "ffmpeg -nostdin -v error -y -f rawvideo -pix_fmt yuv420p -s " + std::to_string(spec.width) +
                        "x" + std::to_string(spec.height) + " -r " + std::to_string(spec.rate_num) + "/" +
                        std::to_string(spec.rate_den) + " -i pipe:0";
  if (spec.audio_ms > 0) {
    write_sound(spec, sound);
    command += " -f f32le -ar " + std::to_string(spec.audio_rate) + " -ac " + std::to_string(spec.audio_channels) +
               " -i '" + sound + "' " + spec.audio_options;
  }
  command += " " + spec.video_options;
  if (spec.pixel_aspect_num != spec.pixel_aspect_den)
    command += " -vf setsar=" + std::to_string(spec.pixel_aspect_num) + "/" + std::to_string(spec.pixel_aspect_den);
  command += " " + spec.more_options + " '" + unfinished + "'";
  FILE* pipe = popen(command.c_str(), "w");
  if (pipe == nullptr) throw std::runtime_error("ffmpeg cannot be started");
  std::vector<std::uint8_t> luma(static_cast<std::size_t>(spec.width) * spec.height, 60);
  const std::vector<std::uint8_t> chroma(luma.size() / 2, 128);
  for (int number = 0; number < spec.frames; ++number) {
    draw_ground(luma, spec, number);
    draw_mark(luma.data(), spec.width, {0, 0, spec.width, spec.height}, {spec.id, number});
    (void)fwrite(luma.data(), 1, luma.size(), pipe);
    (void)fwrite(chroma.data(), 1, chroma.size(), pipe);
  }
  const int status = pclose(pipe);
  std::error_code unused;
  std::filesystem::remove(sound, unused);
  if (status != 0) throw std::runtime_error("ffmpeg failed: " + command);
  std::filesystem::rename(unfinished, spec.path);
}

}  // namespace wyvern::media
