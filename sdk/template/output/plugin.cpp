// Sends a channel as MPEG-TS over UDP. The contract of each function is in wyvern/abi/output.h.
#include <string>
#include <string_view>
#include <vector>

#include "wyvern/output.hpp"

namespace {

using wyvern::Json;

class UdpOutput final : public wyvern::Output {
 public:
  // `config` is the instance's own section of the YAML; what it may hold stands in the manifest's schema.
  UdpOutput(wyvern::Host host, std::string name, const Json& config) : host_(host), name_(std::move(name)) {
    (void)config;
  }

  // What the schema cannot say. Here: that nobody sends to everybody.
  void check(const Json& config) override {
    if (config.at("host") == "255.255.255.255")
      throw wyvern::Failure(WYV_INVALID, "udp.broadcast", "host may not be the broadcast address; name a receiver");
  }

  // What only one channel on a machine can have at a time, such as a card's port. Anybody may send UDP.
  std::vector<std::string> claims(const Json& config) override {
    (void)config;
    return {};
  }

  // How an engine makes it: for gstreamer, the elements behind its muxer.
  Json render(std::string_view engine, const Json& config) override {
    if (engine != "gstreamer") throw unknown_engine(engine, "gstreamer");
    const std::string host = config.at("host");
    const int port = config.at("port");
    return {{"takes", "mpegts"},
            {"elements", {{{"factory", "udpsink"}, {"properties", {{"host", host}, {"port", port}, {"sync", false}}}}}},
            {"address", "udp://" + host + ":" + std::to_string(port)}};
  }

 private:
  const wyvern::Host host_;  // host_.info("…") logs, host_.gauge("…", 1) measures
  const std::string name_;   // the key in the YAML
};

}  // namespace

WYVERN_PLUGIN(UdpOutput)
