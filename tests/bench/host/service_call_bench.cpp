// A call into a plugin through its service table beside a virtual call: the two should be within 2 ns.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "fixtures/actor.hpp"
#include "host/host.hpp"
#include "virtual_call.hpp"

namespace {

using namespace wyvern::host;

void virtual_call(benchmark::State& state) {
  const auto sum = make_sum();
  std::int64_t total = 0;
  for (auto _ : state) {
    total = sum->add(total, 1);
    benchmark::DoNotOptimize(total);
  }
}
BENCHMARK(virtual_call);

void service_table_call(benchmark::State& state) {
  const auto catalogue = Catalogue::scan({FIXTURES_DIR});
  HostOptions options;
  options.probe = {{PROBE_CHILD}, std::chrono::seconds(30), {}};
  options.log.level = "error";
  Host host(catalogue, {}, options);
  if (auto up = host.bring_up({{"output", "one", "actor", wyvern::config::Json::object(), {}}}); !up)
    return state.SkipWithError(up.error().message.c_str());
  const auto sum = host.service<test_sum_v1>("output", "one", "test.sum/1");
  if (!sum) return state.SkipWithError(sum.error().message.c_str());
  const auto [table, instance] = *sum;
  std::int64_t total = 0;
  for (auto _ : state) {
    total = table->add(instance, total, 1);
    benchmark::DoNotOptimize(total);
  }
}
BENCHMARK(service_table_call);

}  // namespace
