#include "http/surface.hpp"

#include "wyvern/operations.hpp"

namespace wyvern::http {

HttpSurface::HttpSurface(Host host, std::string name, Settings settings)
    : host_(host), name_(std::move(name)), settings_(std::move(settings)) {}

HttpSurface::~HttpSurface() = default;

void HttpSurface::prepare(const Context&) {
  auto server = std::make_unique<Server>(host_, name_, settings_);
  server->open();
  server_ = std::move(server);
}

void HttpSurface::start(const Context& context) {
  const auto list = Operations(host_).list(context);
  server_->serve(std::make_unique<Router>(read_operations(list), documents(list), settings_.base_path));
}

void HttpSurface::drain(const Context& context) { server_->drain(context.remaining()); }

void HttpSurface::stop(const Context& context) {
  if (auto server = std::exchange(server_, nullptr)) server->stop(context.remaining());
}

Json HttpSurface::address() {
  if (!server_) throw Failure(WYV_WRONG_STATE, "http.address", "the surface is not started");
  return {{"url", server_->url()}, {"listen", server_->listening_on()}};
}

std::vector<Document> HttpSurface::documents(const Json&) const { return {}; }

}  // namespace wyvern::http
