// Stands between a store and its server, and cuts the line at a COMMIT: before the server has it, or after it was done.
#pragma once

#include <atomic>
#include <thread>

namespace wyvern::test {

class SeveringProxy {
 public:
  enum class Cut { none, before_the_server_has_it, after_it_was_done };

  explicit SeveringProxy(int server_port);
  ~SeveringProxy();
  SeveringProxy(const SeveringProxy&) = delete;
  SeveringProxy& operator=(const SeveringProxy&) = delete;

  int port() const { return port_; }
  // At the next COMMIT, once.
  void cut_next(Cut cut) { cut_ = cut; }

 private:
  void serve();

  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<Cut> cut_ = Cut::none;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace wyvern::test
