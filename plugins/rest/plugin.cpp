#include "docs_page.hpp"
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
    const auto document = openapi(operations, base, WYVERN_PLUGIN_VERSION);
    return {{base + "/openapi.json", "application/json", document.dump()},
            {base + "/docs", "text/html; charset=utf-8", docs_page(document, "docs.css"),
             std::string(docs_security_policy)},
            {base + "/docs.css", "text/css; charset=utf-8", std::string(docs_style())}};
  }
};

}  // namespace wyvern::rest

WYVERN_PLUGIN(wyvern::rest::Rest)
