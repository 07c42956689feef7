// An HTTP/1.1 server that carries the operations of a host.
//
//   open -> serve -> drain -> stop
//
// One thread at a time may call it; stop() may come from any state and is idempotent.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "http/router.hpp"
#include "http/settings.hpp"
#include "wyvern/plugin.hpp"

namespace wyvern::http {

class Server {
 public:
  // `name` is the surface's, for messages.
  Server(Host host, std::string name, Settings settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes the address; connections wait until serve(). Throws Failure http.listen with a remedy.
  void open();
  // Starts the threads. They call operations until stop() returns.
  void serve(std::unique_ptr<Router> router);
  // Takes no more connections and requests; returns when those under way have ended, at the latest after `limit`.
  void drain(std::chrono::nanoseconds limit);
  // Ends every connection. Each call under way must have ended before; an operation that does not end within `limit`
  // is named in the Failure http.stop, and its connection is left behind, so that a late answer does no harm.
  void stop(std::chrono::nanoseconds limit);

  // After open(): what is listened on, with the real port, "127.0.0.1:8080".
  std::string listening_on() const;
  // The same as a URL with the base path; where every address is listened on, the loopback one stands for all.
  std::string url() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wyvern::http
