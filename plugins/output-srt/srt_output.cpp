#include "srt_output.hpp"

#include "renderings.hpp"
#include "srt_settings.hpp"

namespace wyvern::srt {

void SrtOutput::check(const Json& config) { (void)read_settings(config); }

// The port alone, without the address: 0.0.0.0 and 127.0.0.1 cannot both be bound to one port.
std::vector<std::string> SrtOutput::claims(const Json& config) {
  const auto settings = read_settings(config);
  if (settings.mode == Mode::caller) return {};
  return {"srt-listen:" + std::to_string(settings.port)};
}

Json SrtOutput::render(std::string_view engine, const Json& config) {
  const auto settings = read_settings(config);
  if (engine == "gstreamer") return for_gstreamer(settings);
  if (engine == "casparcg") return for_casparcg(settings);
  throw unknown_engine(engine, "gstreamer, casparcg");
}

Json SrtOutput::requirements(const Json& config) {
  const auto settings = read_settings(config);
  Json needed = Output::requirements(config);
  if (settings.mode != Mode::caller) needed["ports"].push_back(std::to_string(settings.port) + "/udp");
  return needed;
}

}  // namespace wyvern::srt
