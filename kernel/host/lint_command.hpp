// `wyvern lint FILE [--json] [--plugins DIR]`
#pragma once

#include <filesystem>
#include <ostream>
#include <vector>

namespace wyvern::host {

struct LintOptions {
  std::filesystem::path file;
  bool json = false;
  std::vector<std::filesystem::path> plugin_dirs;
};

// Every fault of the file, in one pass, without running a line of a plugin. Returns the exit code: 0 clean, 1 faults,
// 2 usage.
int lint_command(const LintOptions& options, std::ostream& out);

}  // namespace wyvern::host
