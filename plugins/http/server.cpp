#include "http/server.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <mutex>
#include <vector>

#include "connection.hpp"
#include "core.hpp"
#include "lane.hpp"

namespace wyvern::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;

constexpr std::chrono::seconds metrics_period{1};
// Where the caller gives no deadline.
constexpr std::chrono::seconds longest_stop{10};

tcp::endpoint resolve(const ListenAddress& listen, const std::string& surface) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(listen.host, error);
  if (!error) return {address, listen.port};
  asio::io_context context;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(listen.host, std::to_string(listen.port), tcp::resolver::passive, error);
  if (error || found.empty())
    throw Failure(WYV_INVALID, "http.listen",
                  "cannot listen on " + listen.host + ":" + std::to_string(listen.port) +
                      ": no address is known for that name; change the setting `listen` of the surface '" + surface +
                      "'",
                  error.message());
  return found.begin()->endpoint();
}

std::string describe(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]:" : address + ":") + std::to_string(endpoint.port());
}

steady_clock::time_point deadline(std::chrono::nanoseconds limit) {
  return steady_clock::now() +
         std::chrono::duration_cast<steady_clock::duration>(std::min<std::chrono::nanoseconds>(limit, longest_stop));
}

// Often enough that no timeout is late by more than a quarter.
std::chrono::milliseconds sweep_period(const Settings& settings) {
  const auto shortest = std::min({settings.idle_timeout, settings.header_timeout, settings.body_timeout,
                                  settings.write_timeout, std::chrono::milliseconds(1000)});
  return std::max(shortest / 4, std::chrono::milliseconds(5));
}

// The connections that are left refer to their lane, so it stays for ever: a late answer finds it, and nobody else.
void leave_behind(std::vector<std::unique_ptr<Lane>> lanes) {
  static std::mutex mutex;
  static auto* const left = new std::vector<std::unique_ptr<Lane>>;  // outlives the end of the program on purpose
  const std::lock_guard lock(mutex);
  for (auto& lane : lanes) left->push_back(std::move(lane));
}

class Metrics {
 public:
  void publish(const Core& core) {
    const auto now = steady_clock::now();
    if (now < next_) return;
    next_ = now + metrics_period;
    const Json surface{{"surface", core.name}};
    const auto value = [](const auto& counter) { return static_cast<double>(counter.load(std::memory_order_relaxed)); };
    core.host.gauge("wyvern_http_connections", static_cast<double>(core.connections.size()), surface);
    core.host.counter("wyvern_http_requests_total", value(core.requests), surface);
    core.host.counter("wyvern_http_slow_readers_total", value(core.slow_readers), surface);
    core.host.counter("wyvern_http_refused_connections_total", value(core.refused_connections), surface);
    const auto& occupancy = core.occupancy;
    core.host.gauge("wyvern_http_calls", static_cast<double>(occupancy.inside(Occupancy::Kind::call)), surface);
    core.host.gauge("wyvern_http_streams", static_cast<double>(occupancy.inside(Occupancy::Kind::stream)), surface);
    for (const auto& [reason, entry] :
         {std::pair{"total", Occupancy::Entry::full}, {"address", Occupancy::Entry::share_used}})
      core.host.counter("wyvern_http_refused_calls_total", static_cast<double>(occupancy.refused(entry)),
                        {{"surface", core.name}, {"limit", reason}});
  }

 private:
  steady_clock::time_point next_;
};

}  // namespace

struct Server::State {
  Host host;
  std::string name;
  Settings settings;
  std::shared_ptr<const TlsIdentity> tls;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::shared_ptr<Core> core;
};

Server::Server(Host host, std::string name, Settings settings)
    : state_(std::make_unique<State>(State{host, std::move(name), std::move(settings), nullptr, {}, nullptr})) {}

Server::~Server() {
  try {
    stop(longest_stop);
  } catch (const std::exception& fault) {
    state_->host.error("the surface did not stop in order", {{"surface", state_->name}, {"cause", fault.what()}});
  }
}

void Server::open() {
  auto& state = *state_;
  (void)CrossOrigin(state.settings);
  state.tls = TlsIdentity::from(state.settings, state.name);
  const auto threads = std::max(1U, state.settings.threads);
  const bool lane_each = state.settings.reuse_port && threads > 1;
  auto endpoint = resolve(state.settings.listen, state.name);
  std::vector<std::unique_ptr<Lane>> lanes;
  for (unsigned i = 0; i < (lane_each ? threads : 1U); ++i) {
    lanes.push_back(std::make_unique<Lane>(endpoint, lane_each ? 1U : threads, state.settings.reuse_port, state.name));
    endpoint = lanes.front()->endpoint();  // where port 0 was asked for, all lanes share the one that was given
  }
  state.lanes = std::move(lanes);
}

void Server::serve(std::unique_ptr<Router> router) {
  auto& state = *state_;
  state.core = std::make_shared<Core>(state.host, state.name, state.settings, state.tls, std::move(router));
  for (const auto& lane : state.lanes) lane->serve(state.core);
  state.lanes.front()->every(sweep_period(state.settings), [core = state.core, metrics = Metrics()]() mutable {
    const auto now = std::chrono::nanoseconds(steady_clock::now().time_since_epoch()).count();
    core->connections.for_each([&](Connection& connection) { connection.check_deadlines(now); });
    metrics.publish(*core);
  });
  state.host.info("listening",
                  {{"surface", state.name}, {"url", url()}, {"operations", state.core->router->operations()}});
}

void Server::drain(std::chrono::nanoseconds limit) {
  auto& state = *state_;
  if (!state.core) return;
  const auto until = deadline(limit);
  state.core->draining.store(true);
  for (const auto& lane : state.lanes) (void)lane->stop_accepting().wait_until(until);
  state.core->connections.for_each([](Connection& connection) { connection.drain(); });
  (void)state.core->connections.wait_until_none(until);
}

void Server::stop(std::chrono::nanoseconds limit) {
  auto& state = *state_;
  auto core = std::exchange(state.core, nullptr);
  auto lanes = std::exchange(state.lanes, {});
  if (!core) return;
  core->draining.store(true);
  for (const auto& lane : lanes) (void)lane->stop_accepting();
  core->connections.for_each([](Connection& connection) { connection.abort(); });
  const bool ended = core->connections.wait_until_none(deadline(limit));
  std::string open;
  if (!ended)
    core->connections.for_each([&](Connection& connection) {
      if (const auto operation = connection.waits_for(); !operation.empty())
        open += (open.empty() ? "" : ", ") + operation;
    });
  for (const auto& lane : lanes) lane->join(!ended);
  if (ended) return;
  leave_behind(std::move(lanes));
  throw Failure(WYV_TIMEOUT, "http.stop", "operations did not end: " + open);
}

std::string Server::listening_on() const {
  return state_->lanes.empty() ? std::string() : describe(state_->lanes.front()->endpoint());
}

std::string Server::url() const {
  if (state_->lanes.empty()) return {};
  auto endpoint = state_->lanes.front()->endpoint();
  if (endpoint.address().is_unspecified())
    endpoint.address(endpoint.address().is_v6() ? asio::ip::address(asio::ip::address_v6::loopback())
                                                : asio::ip::address(asio::ip::address_v4::loopback()));
  return (state_->tls ? "https://" : "http://") + describe(endpoint) + state_->settings.base_path;
}

}  // namespace wyvern::http
