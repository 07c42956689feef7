#include "http/surface.hpp"

namespace wyvern::worker_api {
namespace {

http::Settings defaults() {
  http::Settings settings;
  settings.listen = {"127.0.0.1", 0};
  return settings;
}

}  // namespace

// Nothing of its own: the operations of a worker, at the root. Whether the token is right is the kernel's question.
class WorkerApi final : public http::HttpSurface {
 public:
  WorkerApi(Host host, std::string name, const Json& config)
      : HttpSurface(host, std::move(name), http::read_settings(config, defaults())) {}
};

}  // namespace wyvern::worker_api

WYVERN_PLUGIN(wyvern::worker_api::WorkerApi)
