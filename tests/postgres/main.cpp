// Keeps a PostgreSQL server for as long as somebody needs it: until its standard input ends, or until a command has.
//
//   wyvern_test_postgres [--tls] [--set NAME=VALUE …] [--hba LINE …]
//     says {"port":…,"folder":…}, and takes lines: start, stop, kill, freeze, thaw. Answers each with "done".
//   wyvern_test_postgres [options] -- COMMAND …
//     runs the command, in which {config} stands for a file of the conformance kit with the configuration of a
//     store-postgres.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cluster.hpp"

namespace {

using wyvern::test::Cluster;

void serve(Cluster& cluster) {
  std::cout << nlohmann::json{{"port", cluster.port()}, {"folder", cluster.folder().string()}}.dump() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "start") cluster.start();
    if (line == "stop") cluster.stop(SIGINT);
    if (line == "kill") cluster.stop(SIGQUIT);
    if (line == "freeze") cluster.signal_all(SIGSTOP);
    if (line == "thaw") cluster.signal_all(SIGCONT);
    std::cout << "done" << std::endl;
  }
}

int run(const Cluster& cluster, std::vector<std::string> command) {
  const auto config = cluster.folder() / "store.json";
  const nlohmann::json settings{{"host", "127.0.0.1"},
                                {"port", cluster.port()},
                                {"database", Cluster::database},
                                {"user", Cluster::user},
                                {"password", "not-asked-for-here"}};
  std::ofstream(config) << nlohmann::json{{"config", settings}};
  std::vector<char*> words;
  for (auto& word : command) {
    if (word == "{config}") word = config.string();
    words.push_back(word.data());
  }
  words.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A PostgreSQL server for tests"};
  Cluster::Options options;
  std::vector<std::string> settings;
  std::vector<std::string> command;
  bool make_template = false;
  app.add_flag("--make-template", make_template);
  app.add_flag("--tls", options.tls);
  app.add_option("--set", settings)->allow_extra_args(false);
  app.add_option("--hba", options.hba)->allow_extra_args(false);
  app.add_option("command", command);
  app.positionals_at_end();
  CLI11_PARSE(app, argc, argv);
  try {
    if (make_template) {
      Cluster::make_template();
      return 0;
    }
    for (const auto& setting : settings) {
      const auto equals = setting.find('=');
      options.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
    ::signal(SIGPIPE, SIG_IGN);
    Cluster cluster(std::move(options));
    if (!command.empty()) return run(cluster, std::move(command));
    serve(cluster);
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << fault.what() << std::endl;
    return 1;
  }
}
