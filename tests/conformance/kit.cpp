#include "kit.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace wyvern::test {

KitRun run_kit(const std::string& plugin, const std::vector<std::string>& options, bool report,
               const std::string& variant) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("wyvern-kit-" + std::to_string(getpid()) + "-" + std::filesystem::path(plugin).stem().string());
  std::string command = std::string(WYVERN_BUILD_DIR) + "/bin/wyvern-conformance" + variant + " '" + plugin + "'";
  for (const auto& option : options) command += " '" + option + "'";
  if (report) command += " --json '" + file.string() + "'";
  KitRun run;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> piece;
  for (std::size_t count; (count = fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    run.output.append(piece.data(), count);
  const int status = pclose(pipe);
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (report) {
    std::ifstream written(file);
    run.report = Json::parse(written, nullptr, false);
    if (run.report.is_discarded()) run.report = nullptr;
    std::filesystem::remove(file);
  }
  return run;
}

std::string broken_plugin(const std::string& check) {
  return std::string(WYVERN_BUILD_DIR) + "/lib/conformance/" + check + ".so";
}
std::string menace(const std::string& name) { return std::string(WYVERN_BUILD_DIR) + "/lib/menaces/" + name + ".so"; }

std::vector<std::string> bad_checks(const Json& report) {
  std::vector<std::string> names;
  for (const auto& result : report.at("results")) {
    const auto verdict = result.at("verdict").get<std::string>();
    if (verdict == "failed" || verdict == "crashed" || verdict == "hung") names.push_back(result.at("check"));
  }
  return names;
}

}  // namespace wyvern::test
