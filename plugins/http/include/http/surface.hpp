// A surface plugin that is an HTTP server: derive, say the defaults, and add documents.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "http/settings.hpp"
#include "wyvern/surface.hpp"

namespace wyvern::http {

class HttpSurface : public Surface {
 public:
  HttpSurface(Host host, std::string name, Settings settings);
  ~HttpSurface() override;

  void prepare(const Context& context) override;
  void start(const Context& context) override;
  void drain(const Context& context) override;
  void stop(const Context& context) override;
  // {"url": …, "listen": "127.0.0.1:8080"}
  Json address() override;

 protected:
  const Settings& settings() const { return settings_; }
  // What is served beside the operations, made from their list when the surface starts.
  virtual std::vector<Document> documents(const Json& operations) const;

 private:
  Host host_;
  std::string name_;
  Settings settings_;
  std::unique_ptr<Server> server_;
};

}  // namespace wyvern::http
