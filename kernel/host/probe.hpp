// Trying a plugin in a child process before it may enter this one.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "host/catalogue.hpp"
#include "wyvern/result.hpp"

namespace wyvern::host {

// The child's half: `wyvernd --probe-plugin PATH` calls this from main before anything else and exits with what it
// returns. Loads the library, calls its entry, compares the descriptor with the manifest, and reports on descriptor 3.
int probe_main(const std::filesystem::path& library);

struct ProbeOptions {
  // The program that is run, followed by the library's path. By default this very program.
  std::vector<std::string> command = {"/proc/self/exe", "--probe-plugin"};
  std::chrono::milliseconds deadline = std::chrono::seconds(10);
  std::filesystem::path cache_dir = default_cache_dir();  // empty: nothing is kept
};

// The parent's half. Answers from the cache when these very bytes were probed by this build of the kernel. A plugin
// that crashes or hangs is quarantined in the cache; its whole process group is killed. Any thread.
Result<void> probe(const PluginInfo& plugin, const ProbeOptions& options);

}  // namespace wyvern::host
