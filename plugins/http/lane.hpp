// An acceptor and the threads that serve what it accepts.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "core.hpp"

namespace wyvern::http {

class Lane {
 public:
  // Binds and listens. Throws Failure http.listen, or http.address_in_use, that says what is in the way and what to do.
  Lane(const boost::asio::ip::tcp::endpoint& endpoint, unsigned threads, bool reuse_port, const std::string& surface);
  ~Lane();  // stops first when that was forgotten
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }

  void serve(std::shared_ptr<Core> core);
  // Calls `tick` on one of the threads, again and again, until join().
  void every(std::chrono::milliseconds period, std::function<void()> tick);
  // The future is ready once the address is free again.
  std::future<void> stop_accepting();
  // Returns when the threads have ended; `at_once` leaves unfinished work behind.
  void join(bool at_once);

 private:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Strand>;
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Strand>;

  void accept();
  void next_tick();
  void run();

  const unsigned thread_count_;
  boost::asio::io_context context_;
  Acceptor acceptor_;
  Timer retry_;
  Timer ticker_;
  std::function<void()> tick_;
  std::chrono::milliseconds period_{0};
  bool ticking_ = false;
  boost::asio::ip::tcp::endpoint endpoint_;
  std::shared_ptr<Core> core_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<std::thread> threads_;
};

}  // namespace wyvern::http
