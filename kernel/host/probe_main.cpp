// The child's half of a probe.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "host/descriptor.hpp"
#include "host/library.hpp"
#include "host/manifest.hpp"
#include "host/probe.hpp"

namespace wyvern::host {
namespace {

constexpr int report_descriptor = 3;

Result<void> examine(const std::filesystem::path& library) {
  const auto manifest = read_manifest(library);
  if (!manifest) return manifest.error();
  const auto plugin = load_library(library);
  if (!plugin) return plugin.error();
  return check_descriptor(*plugin, *manifest);
}

}  // namespace

int probe_main(const std::filesystem::path& library) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);

  const auto verdict = examine(library);
  Json report{{"ok", verdict.ok()}};
  if (!verdict) report.update({{"code", verdict.error().code}, {"reason", verdict.error().message}});
  const auto text = report.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  if (::write(report_descriptor, text.data(), text.size()) < 0) (void)!::write(1, text.data(), text.size());
  // Neither destructors nor exit handlers of the plugin: the verdict is about loading.
  ::_exit(verdict.ok() ? 0 : 1);
}

}  // namespace wyvern::host
