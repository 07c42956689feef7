// How far the HTTP library is from the limit: a constant answer through the operations table against Beast alone.
//
//   http_bench            prints requests/s of both and their ratio, with and without pipelining
//   http_bench --serve 60 [BYTES]
//                         keeps both servers for that many seconds, for a load generator such as wrk; the answer's size
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "bare_server.hpp"
#include "http/server.hpp"
#include "load.hpp"
#include "wyvern/operations.hpp"
#include "wyvern/view.hpp"

namespace wyvern::bench {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 5;
constexpr auto round_length = 700ms;

// As large as a short list.
std::string& constant() {
  static std::string text = "{\"items\":\"" + std::string(1000, 'x') + "\"}";
  return text;
}

wyv_status list(void*, const wyv_text_sink* out, const wyv_context*) {
  out->write(out->self, view(R"([{"name":"constant","method":"GET","path":"/constant"}])"));
  return WYV_OK;
}

void call(void*, const wyv_call_request*, const wyv_reply_sink* reply, wyv_pending** pending) {
  *pending = nullptr;
  reply->head(reply->self, 200, view("application/json"), nullptr, 0, constant().size());
  (void)reply->body(reply->self, view(constant()));
  reply->end(reply->self);
}

const void* query(void*, wyv_view service) {
  static constexpr wyv_host_operations_v1 table{
      sizeof(wyv_host_operations_v1), &list, &call, [](void*, wyv_pending*) {}, [](void*, wyv_pending*) {},
      [](void*, wyv_pending*) {}};
  return text(service) == "wyvern.host.operations/1" ? &table : nullptr;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Both in turn, so that what disturbs the machine disturbs both.
void compare(const char* what, std::uint16_t wyvern, std::uint16_t bare, const Load& load) {
  std::vector<double> wyvern_rates;
  std::vector<double> bare_rates;
  for (int round = 0; round < rounds; ++round) {
    wyvern_rates.push_back(requests_per_second(wyvern, load, round_length));
    bare_rates.push_back(requests_per_second(bare, load, round_length));
  }
  const double a = median(wyvern_rates);
  const double b = median(bare_rates);
  std::printf("%-34s wyvern %8.0f req/s   bare Beast %8.0f req/s   ratio %.2f\n", what, a, b, a / b);
}

int run(int argc, char** argv) {
  if (argc > 3) constant().resize(static_cast<std::size_t>(std::atoi(argv[3])), ' ');
  const wyv_host host{sizeof(wyv_host), WYV_ABI_MAJOR, WYV_ABI_MINOR, nullptr, &query};
  http::Settings settings;
  settings.listen = {"127.0.0.1", 0};
  settings.threads = 1;
  http::Server server(Host(&host), "bench", settings);
  server.open();
  server.serve(std::make_unique<http::Router>(http::read_operations(Operations(Host(&host)).list(Context(nullptr))),
                                              std::vector<http::Document>{}, ""));
  const auto address = server.listening_on();
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  const BareServer bare(constant());

  if (argc > 2 && std::string(argv[1]) == "--serve") {
    std::printf("wyvern http://127.0.0.1:%d/constant\nbare   http://127.0.0.1:%d/constant\n", port, bare.port());
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::seconds(std::atoi(argv[2])));
    return 0;
  }
  utsname machine{};
  ::uname(&machine);
  std::printf("%s, %u cores; one server thread, median of %d\n", machine.nodename, std::thread::hardware_concurrency(),
              rounds);
  compare("keep-alive, 1 connection", port, bare.port(), {1, 1, "/constant"});
  compare("keep-alive, 16 connections", port, bare.port(), {16, 1, "/constant"});
  compare("pipelined by 16, 4 connections", port, bare.port(), {4, 16, "/constant"});
  return 0;
}

}  // namespace
}  // namespace wyvern::bench

int main(int argc, char** argv) { return wyvern::bench::run(argc, argv); }
