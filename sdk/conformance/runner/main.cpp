// wyvern-conformance PLUGIN.so: whether a plugin keeps the contract of its kinds.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <regex>

#include "runner/report.hpp"
#include "runner/session.hpp"
#include "wyvern/result.hpp"

namespace {

using namespace wyvern::conformance;

int usage(const std::string& what) {
  std::cerr << "wyvern-conformance: " << what << '\n';
  return exit_usage;
}

// "PATTERN=REASON"; a skip without a reason is refused.
bool parse_skips(const std::vector<std::string>& given, Options& options) {
  for (const auto& skip : given) {
    const auto equals = skip.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == skip.size()) return false;
    options.skip[skip.substr(0, equals)] = skip.substr(equals + 1);
  }
  return true;
}

int list(const Options& options) {
  int count = 0;
  for (const auto& given : givens(options))
    for (const auto& check : selected(given.kind, options)) {
      std::cout << given.kind << "  " << check.full() << '\n';
      ++count;
    }
  return count > 0 ? exit_passed : exit_usage;
}

template <class Write>
bool to_file(const std::filesystem::path& path, const Write& write) {
  if (path.empty()) return true;
  std::ofstream file(path);
  write(file);
  file.close();
  if (!file) std::cerr << "wyvern-conformance: " << path.string() << " cannot be written\n";
  return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
  int name_only = 1;
  ::testing::InitGoogleTest(&name_only, argv);
  CLI::App app{"wyvern-conformance: whether a plugin keeps the contract of its kinds"};
  app.footer("Exit: 0 all passed, 1 some failed, 2 usage or nothing selected, 3 the kit's own fault, 4 all skipped");
  Options options;
  std::vector<std::string> skips;
  app.add_option("plugin", options.plugin, "The plugin's shared object")->required();
  app.add_option("--kind", options.kind, "One of its kinds; otherwise all");
  app.add_option(
      "--config", options.config,
      "A JSON file {\"config\":…, \"output_config\":…, \"workload\":…, \"channel\":…}; otherwise the examples of the "
      "manifest's schemas");
  app.add_option("--only", options.only, "Checks whose name matches this regular expression");
  app.add_option("--skip", skips, "PATTERN=REASON; may be given several times");
  app.add_flag("--list", options.list, "Prints the checks and runs none");
  app.add_option("--jobs", options.jobs, "Checks at once")->check(CLI::Range(1, 256));
  app.add_option("--repeat", options.repeat, "Runs each check so many times")->check(CLI::Range(1, 100'000));
  app.add_option("--seed", options.seed, "Where random inputs begin");
  int seconds = 30;
  app.add_option("--timeout", seconds, "Seconds after which a check hangs")->check(CLI::Range(1, 3600));
  app.add_option("--json", options.json, "Writes the results to this file");
  app.add_option("--junit", options.junit, "Writes the results to this file, for CI servers");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_passed : exit_usage;
  }
  options.deadline = std::chrono::seconds(seconds);
  if (!parse_skips(skips, options)) return usage("--skip takes PATTERN=REASON: say why");
  if (!std::filesystem::is_regular_file(options.plugin)) return usage(options.plugin.string() + " is not a file");
  try {
    if (options.list) return list(options);
    const auto session = run(options, [&](const CheckResult& result) { print(result, options, std::cout); });
    if (session.results.empty()) return usage("no check is selected");
    print_sum(session, std::cout);
    const bool written = to_file(options.json,
                                 [&](std::ostream& out) {
                                   out << as_json(session, options).dump(2, ' ', false, Json::error_handler_t::replace)
                                       << '\n';
                                 }) &&
                         to_file(options.junit, [&](std::ostream& out) { write_junit(session, options, out); });
    return written ? exit_code(session) : exit_own_fault;
  } catch (const wyvern::Failure& failure) {
    return usage(failure.error().message);
  } catch (const std::regex_error& error) {
    return usage(std::string("not a regular expression: ") + error.what());
  } catch (const std::exception& error) {
    std::cerr << "wyvern-conformance: a fault of its own: " << error.what() << '\n';
    return exit_own_fault;
  }
}
