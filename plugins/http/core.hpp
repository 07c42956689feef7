// What all connections of a server share. They hold it, so that an answer that comes after a stop finds it alive.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "connections.hpp"
#include "cross_origin.hpp"
#include "http/router.hpp"
#include "http/settings.hpp"
#include "occupancy.hpp"
#include "tls.hpp"
#include "wyvern/operations.hpp"

namespace wyvern::http {

struct Core {
  Core(Host host_, std::string name_, Settings settings_, std::shared_ptr<const TlsIdentity> tls_,
       std::unique_ptr<Router> router_)
      : host(host_),
        name(std::move(name_)),
        settings(std::move(settings_)),
        cross_origin(settings),
        tls(std::move(tls_)),
        router(std::move(router_)),
        operations(host),
        occupancy(settings) {}

  const Host host;
  const std::string name;  // of the surface, for log lines
  const Settings settings;
  const CrossOrigin cross_origin;
  const std::shared_ptr<const TlsIdentity> tls;  // null: plain HTTP
  const std::unique_ptr<Router> router;
  const Operations operations;
  Connections connections;
  Occupancy occupancy;
  std::atomic<bool> draining{false};

  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> slow_readers{0};
  std::atomic<std::uint64_t> refused_connections{0};
};

}  // namespace wyvern::http
