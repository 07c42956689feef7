#include "lane.hpp"

#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include "connection.hpp"

namespace wyvern::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

using NotSentLowat = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;

constexpr int backlog = 1024;
// What the system may hold of bytes that the reader has no room for; left alone it would take megabytes a connection.
constexpr int unsent_in_system_bytes = 256 * 1024;
// So many more are told that there are too many; beyond them a connection is closed without a word.
constexpr std::size_t told_of_too_many = 64;
constexpr std::chrono::milliseconds accept_retry{100};

std::string remedy(const ErrorCode& error, const tcp::endpoint& endpoint, const std::string& surface) {
  const auto setting = "the setting `listen` of the surface '" + surface + "'";
  if (error == asio::error::address_in_use)
    return "another program listens there: stop it (ss -ltnp 'sport = :" + std::to_string(endpoint.port()) +
           "' names it) or change " + setting;
  if (error == asio::error::access_denied)
    return "a port below 1024 needs CAP_NET_BIND_SERVICE: use a higher port in " + setting;
  if (error == boost::system::errc::address_not_available) return "this machine has no such address: change " + setting;
  return "check " + setting;
}

}  // namespace

Lane::Lane(const tcp::endpoint& endpoint, unsigned threads, bool reuse_port, const std::string& surface)
    : thread_count_(threads),
      context_(static_cast<int>(threads)),
      acceptor_(asio::make_strand(context_)),
      retry_(acceptor_.get_executor()),
      ticker_(acceptor_.get_executor()),
      work_(asio::make_work_guard(context_)) {
  const char* step = "open";
  const auto check = [&](const ErrorCode& error) {
    if (!error) return;
    const auto address = endpoint.address().to_string();
    throw Failure(WYV_UNAVAILABLE, error == asio::error::address_in_use ? "http.address_in_use" : "http.listen",
                  "cannot listen on " + (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
                      std::to_string(endpoint.port()) + ": " + error.message() + "; " +
                      remedy(error, endpoint, surface),
                  std::string(step) + ": " + error.message());
  };
  ErrorCode error;
  acceptor_.open(endpoint.protocol(), error);
  check(error);
  step = "options";
  acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  check(error);
  if (reuse_port) acceptor_.set_option(ReusePort(true), error);
  check(error);
  ErrorCode unknown_option;
  acceptor_.set_option(NotSentLowat(unsent_in_system_bytes), unknown_option);  // connections inherit it
  // [::] means IPv6 and nothing more: what is not configured is not listened on.
  if (endpoint.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(true), error);
  check(error);
  step = "bind";
  acceptor_.bind(endpoint, error);
  check(error);
  step = "listen";
  acceptor_.listen(backlog, error);
  check(error);
  endpoint_ = acceptor_.local_endpoint(error);
  check(error);
}

Lane::~Lane() { join(true); }

void Lane::serve(std::shared_ptr<Core> core) {
  core_ = std::move(core);
  // Signals are the host's: its threads take them, not these.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    for (unsigned i = 0; i < thread_count_; ++i) {
      threads_.emplace_back([this] { run(); });
      pthread_setname_np(threads_.back().native_handle(), "wyvern-http");
    }
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  asio::post(acceptor_.get_executor(), [this] { accept(); });
}

void Lane::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& fault) {
      core_->host.error("a connection failed", {{"surface", core_->name}, {"cause", fault.what()}});
    }
  }
}

void Lane::accept() {
  if (!acceptor_.is_open()) return;
  acceptor_.async_accept(asio::make_strand(context_), [this](ErrorCode error, Connection::Socket socket) {
    if (!acceptor_.is_open()) return;
    if (error) {  // out of descriptors, most likely: those that end give some back
      core_->host.warn("a connection could not be accepted", {{"surface", core_->name}, {"cause", error.message()}});
      retry_.expires_after(accept_retry);
      retry_.async_wait([this](ErrorCode cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    const auto most = core_->settings.max_connections;
    const auto now = core_->connections.size();
    if (now < most + told_of_too_many && !core_->draining.load(std::memory_order_relaxed))
      std::make_shared<Connection>(core_, std::move(socket))->start(now >= most);
    accept();
  });
}

void Lane::every(std::chrono::milliseconds period, std::function<void()> tick) {
  asio::post(ticker_.get_executor(), [this, period, tick = std::move(tick)]() mutable {
    period_ = period;
    tick_ = std::move(tick);
    ticking_ = true;
    next_tick();
  });
}

void Lane::next_tick() {
  ticker_.expires_after(period_);
  ticker_.async_wait([this](ErrorCode cancelled) {
    if (cancelled || !ticking_) return;
    tick_();
    next_tick();
  });
}

std::future<void> Lane::stop_accepting() {
  auto closed = std::make_shared<std::promise<void>>();
  asio::post(acceptor_.get_executor(), [this, closed] {
    ErrorCode ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    closed->set_value();
  });
  return closed->get_future();
}

void Lane::join(bool at_once) {
  (void)stop_accepting();
  asio::post(ticker_.get_executor(), [this] {
    ticking_ = false;
    ticker_.cancel();
  });
  work_.reset();
  if (at_once) context_.stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace wyvern::http
