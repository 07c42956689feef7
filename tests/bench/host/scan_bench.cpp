// The manifests of 100 copies of a plugin: to be read in under 100 ms.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "host/catalogue.hpp"

namespace {

// The largest of the plugins that are built, or the fixture when the bench is built alone.
std::filesystem::path largest_plugin() {
  std::filesystem::path largest = std::filesystem::path(FIXTURES_DIR) / "actor.so";
  std::error_code none;
  const auto built = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "lib" / "wyvern";
  for (const auto& each : std::filesystem::directory_iterator(built, none))
    if (each.path().extension() == ".so" && each.file_size() > std::filesystem::file_size(largest)) largest = each;
  return largest;
}

void scan_100_copies(benchmark::State& state) {
  std::string name = (std::filesystem::temp_directory_path() / "wyvern-scan-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return state.SkipWithError("no scratch folder");
  const auto plugin = largest_plugin();
  for (int copy = 0; copy < 100; ++copy) std::filesystem::copy_file(plugin, name + "/" + std::to_string(copy) + ".so");
  for (auto _ : state) {
    const auto catalogue = wyvern::host::Catalogue::scan({name});
    if (catalogue.plugins().size() != 100) state.SkipWithError("not every copy was found");
  }
  state.SetLabel(plugin.filename().string() + ", " + std::to_string(std::filesystem::file_size(plugin) / 1024) +
                 " KiB");
  std::filesystem::remove_all(name);
}
BENCHMARK(scan_100_copies)->Unit(benchmark::kMillisecond);

}  // namespace
