#include "host/probe.hpp"

#include <nlohmann/json.hpp>
#include <system_error>

#include "host/child_process.hpp"
#include "host/content_hash.hpp"
#include "host/probe_cache.hpp"

namespace wyvern::host {
namespace {

Error quarantined(const PluginInfo& plugin, const std::string& reason) {
  return {WYV_INVALID, "plugin.quarantined",
          "the plugin '" + plugin.id + "' (" + plugin.path.string() + ") is quarantined: " + reason +
              "; repair it, or clear the quarantine with `wyvern plugins --retry`",
          "", false};
}

std::string last_line(const std::string& output) {
  const auto end = output.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return {};
  const auto before = output.rfind('\n', end);
  return output.substr(before == std::string::npos ? 0 : before + 1,
                       end - (before == std::string::npos ? 0 : before + 1) + 1);
}

// Why the child cannot have answered for the plugin, or empty.
std::string misbehaviour(const ChildOutcome& outcome, std::chrono::milliseconds deadline) {
  std::string reason;
  if (outcome.timed_out)
    reason = "loading it and calling its entry took longer than " + std::to_string(deadline.count()) + " ms";
  else if (outcome.signal != 0)
    reason = "loading it or calling its entry ended with " + signal_name(outcome.signal);
  else if (outcome.report.empty())
    reason = "loading it or calling its entry ended the process with status " + std::to_string(outcome.exit_status);
  if (!reason.empty())
    if (const auto said = last_line(outcome.output); !said.empty()) reason += "; its last words: " + said;
  return reason;
}

}  // namespace

Result<void> probe(const PluginInfo& plugin, const ProbeOptions& options) {
  const auto hash = content_hash(plugin.path);
  if (!hash) return hash.error();
  const ProbeCache cache(options.cache_dir);
  if (const auto known = cache.find(*hash); known && known->kernel == kernel_build_id())
    return known->quarantined ? Result<void>(quarantined(plugin, known->reason)) : Result<void>();

  auto command = options.command;
  command.push_back(plugin.path.string());
  const auto outcome = run_child(command, options.deadline);
  if (!outcome) return outcome.error();

  std::error_code none;
  Verdict verdict{false, {}, kernel_build_id(), plugin.path.string(), std::filesystem::file_size(plugin.path, none)};
  verdict.reason = misbehaviour(*outcome, options.deadline);
  verdict.quarantined = !verdict.reason.empty();
  if (!verdict.quarantined) {
    const Json report = Json::parse(outcome->report, nullptr, false);
    // A refusal is not kept: a library that is missing today may be there tomorrow.
    if (!report.is_object() || !report.value("ok", false))
      return Error{WYV_INVALID, report.is_object() ? report.value("code", "plugin.probe") : "plugin.probe",
                   "the plugin '" + plugin.id + "' (" + plugin.path.string() + ") cannot be loaded: " +
                       (report.is_object() ? report.value("reason", "no reason given") : "its probe gave no verdict"),
                   "", false};
  }
  // Without a cache the next start probes again; that is no reason to fail this one.
  if (!options.cache_dir.empty()) (void)cache.store(*hash, verdict);
  if (verdict.quarantined) return quarantined(plugin, verdict.reason);
  return {};
}

}  // namespace wyvern::host
