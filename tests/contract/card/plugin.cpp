// Stands in for the output of a card: a port is one channel's alone, and is the first one by default. A channel's
// configuration says where its start fails, and holds it up.
#include <fcntl.h>
#include <unistd.h>

#include "wyvern/output.hpp"

namespace {

using wyvern::Json;

class Card : public wyvern::Output {
 public:
  Card(wyvern::Host, const std::string&, const Json&) {}

  std::vector<std::string> claims(const Json& config) override {
    fail(config, "claims");
    return {"card:" + std::to_string(config.value("device_index", 1))};
  }
  Json render(std::string_view engine, const Json& config) override {
    if (engine != "gstreamer") throw unknown_engine(engine, "gstreamer");
    if (const auto gate = config.value("gate", std::string()); !gate.empty())
      ::close(::open(gate.c_str(), O_RDONLY | O_CLOEXEC));
    fail(config, "render");
    Json elements = Json::array({{{"factory", "fakesink"}, {"properties", {{"sync", false}, {"async", false}}}}});
    if (config.value("fail_in", "") == "worker") elements.clear();  // no engine takes that
    return {{"takes", "mpegts"}, {"elements", elements}};
  }

 private:
  static void fail(const Json& config, std::string_view call) {
    if (config.value("fail_in", "") == call)
      throw wyvern::Failure(WYV_UNAVAILABLE, "card.gone", "the card is gone: " + std::string(call));
  }
};

}  // namespace

WYVERN_PLUGIN(Card)
