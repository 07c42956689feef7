#include "http/surface.hpp"
#include "openapi.hpp"

namespace wyvern::rest {
namespace {

http::Settings defaults() {
  http::Settings settings;
  settings.listen = {"127.0.0.1", 8080};
  settings.threads = 2;
  settings.base_path = "/api/v1";
  return settings;
}

}  // namespace

class Rest final : public http::HttpSurface {
 public:
  Rest(Host host, std::string name, const Json& config)
      : HttpSurface(host, std::move(name), http::read_settings(config, defaults())) {}

 protected:
  std::vector<http::Document> documents(const Json& operations) const override {
    const auto& base = settings().base_path;
    return {{base + "/openapi.json", "application/json", openapi(operations, base, WYVERN_PLUGIN_VERSION).dump()}};
  }
};

}  // namespace wyvern::rest

WYVERN_PLUGIN(wyvern::rest::Rest)
