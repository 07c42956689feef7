// wyvern: the command line. Reads plugins and configurations without running them, and calls operations over REST.
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "api_client.hpp"
#include "host/lint_command.hpp"
#include "host/plugins_command.hpp"
#include "host/probe.hpp"
#include "new_plugin.hpp"
#include "store_commands.hpp"

namespace {

using namespace wyvern;

std::string from_environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value != nullptr ? value : otherwise;
}

int complain(const Error& error) {
  std::cerr << "wyvern: " << error.message << '\n';
  return error.status == WYV_INVALID || error.status == WYV_NOT_FOUND ? 2 : 1;
}

template <class F>
int with_store(F&& work) {
  if (sodium_init() < 0) return complain({WYV_INTERNAL, "sodium", "libsodium cannot be initialised", "", false});
  try {
    work();
    return 0;
  } catch (const Failure& failure) {
    return complain(failure.error());
  } catch (const std::exception& fault) {
    return complain({WYV_INTERNAL, "internal", fault.what(), "", false});
  }
}

// Prints the body, indented when it is JSON. 0 for a 2xx, else 1.
int print(const cli::Answer& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  const bool good = answer.status >= 200 && answer.status < 300;
  (good ? std::cout : std::cerr) << (json.is_discarded() ? answer.body : json.dump(2)) << '\n';
  return good ? 0 : 1;
}

int list_operations(const cli::Server& server) {
  const auto known = cli::operations(server);
  if (!known) return complain(known.error());
  for (const auto& one : *known) {
    std::cout << one.value("name", "") << "\n    " << one.value("method", "") << ' ' << one.value("path", "") << "  "
              << one.value("summary", "") << '\n';
  }
  return 0;
}

// 0 when the audit is intact, 1 when a row was touched, which is named.
int verify_audit(const cli::Server& server) {
  const auto answer = cli::call(server, "audit.verify", {});
  if (!answer) return complain(answer.error());
  const auto verified = nlohmann::json::parse(answer->body, nullptr, false);
  if (answer->status != 200 || verified.is_discarded()) return print(*answer);
  if (verified.value("intact", false)) {
    std::cout << "intact: " << verified.value("rows", 0) << " rows, the last with hash " << verified.value("head", "")
              << '\n';
    return 0;
  }
  std::cerr << "wyvern: the audit was touched: " << verified["fault"].value("what", "") << '\n';
  return 1;
}

int follow_events(const cli::Server& server, std::int64_t after) {
  const std::string path = "/events" + (after >= 0 ? "?after=" + std::to_string(after) : std::string());
  const auto done = cli::follow(server, path, [](std::string_view line) {
    if (line.starts_with("data: ")) std::cout << line.substr(6) << '\n' << std::flush;
    return true;
  });
  return done ? 0 : complain(done.error());
}

}  // namespace

int main(int argc, char** argv) {
  // The child that tries a plugin before it is loaded here.
  if (argc == 3 && std::string_view(argv[1]) == "--probe-plugin") return host::probe_main(argv[2]);

  CLI::App app{"wyvern: looks into configurations and plugins, and calls a running wyvernd"};
  app.require_subcommand(1);

  host::LintOptions lint;
  auto* lint_command = app.add_subcommand("lint", "Every fault of a configuration file, in one pass");
  lint_command->add_option("file", lint.file, "The configuration file")->required();
  lint_command->add_flag("--json", lint.json, "As JSON");
  lint_command->add_option("--plugins", lint.plugin_dirs, "A folder of plugins; may be given several times");

  host::PluginsOptions plugins;
  auto* plugins_command = app.add_subcommand("plugins", "What is installed, read without running it");
  plugins_command->add_flag("--json", plugins.json, "As JSON");
  plugins_command->add_flag("--retry", plugins.retry, "Forgets every quarantine first");
  plugins_command->add_option("--plugins", plugins.plugin_dirs, "A folder of plugins; may be given several times");

  std::string kind;
  std::string name;
  auto* new_plugin_command =
      app.add_subcommand("new-plugin", "Makes a folder with a plugin that builds and passes wyvern-conformance");
  new_plugin_command->add_option("kind", kind, "What it will be, such as output")->required();
  new_plugin_command->add_option("name", name, "Its id and its folder, such as output-udp")->required();

  cli::MigrateOptions migrate;
  auto* migrate_command = app.add_subcommand("migrate", "Brings a configuration's store to this release's schema");
  migrate_command->add_option("file", migrate.config, "The configuration file")->required();
  migrate_command->add_flag("--plan", migrate.plan, "Only says what would be done");
  migrate_command->add_option("--plugins", migrate.plugin_dirs, "A folder of plugins; may be given several times");

  cli::StoreCopyOptions copy;
  auto* store_command = app.add_subcommand("store", "What concerns the state as a whole");
  store_command->require_subcommand(1);
  auto* copy_command =
      store_command->add_subcommand("copy", "Everything of one store into another, empty one; stop wyvernd first");
  copy_command->add_option("from", copy.from, "The configuration file that has the one")->required();
  copy_command->add_option("to", copy.to, "The configuration file that has the other")->required();
  copy_command->add_option("--plugins", copy.plugin_dirs, "A folder of plugins; may be given several times");

  cli::Server server{from_environment("WYVERN_URL", "http://127.0.0.1:8080/api/v1"),
                     from_environment("WYVERN_TOKEN", "")};
  const auto with_server = [&](CLI::App* command) {
    command->add_option("--url", server.url, "The API's address (WYVERN_URL)")->capture_default_str();
    command->add_option("--token", server.token, "The bearer token; better in WYVERN_TOKEN");
    return command;
  };
  auto* operations_command = with_server(app.add_subcommand("operations", "What the server can do"));

  std::string operation;
  std::vector<std::string> arguments;
  auto* call_command =
      with_server(app.add_subcommand("call", "Calls an operation: wyvern call playout.channels.start id=…"));
  call_command->add_option("operation", operation, "Its name")->required();
  call_command->add_option("arguments", arguments, "NAME=VALUE, or a JSON object");

  std::int64_t after = -1;
  auto* events_command = with_server(app.add_subcommand("events", "Prints every change as it comes"));
  events_command->add_option("--after", after, "Begins after the event of this number");

  auto* audit_command = app.add_subcommand("audit", "Who did what: wyvern call audit.list lists it");
  audit_command->require_subcommand(1);
  auto* audit_verify_command =
      with_server(audit_command->add_subcommand("verify", "Whether the audit is as it was written, else where not"));

  CLI11_PARSE(app, argc, argv);
  if (*lint_command) return host::lint_command(lint, std::cout);
  if (*plugins_command) return host::plugins_command(plugins, std::cout);
  if (*new_plugin_command) {
    const auto made = cli::new_plugin(kind, name);
    if (made) std::cout << *made;
    return made ? 0 : complain(made.error());
  }
  if (*migrate_command) return with_store([&] { cli::migrate(migrate, std::cout); });
  if (*copy_command) return with_store([&] { cli::copy_store(copy, std::cout); });
  if (*operations_command) return list_operations(server);
  if (*events_command) return follow_events(server, after);
  if (*audit_verify_command) return verify_audit(server);
  const auto answer = cli::call(server, operation, arguments);
  return answer ? print(*answer) : complain(answer.error());
}
